"""Tests of the pages that readers see. They are a package because a server and a browser are opened once for all."""
