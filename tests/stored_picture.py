"""A picture as a notebook stores it, for tests of what becomes of stored pictures."""

import base64
import io

from PIL import Image


def a_picture():
    """PNG in base64."""
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()
