// What a search puts first: a name of the package that is meant exactly, then pages by their titles and texts. Sphinx by
// itself puts every module in front whose name has the word in it, and the notebook after ten of them.

var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 0,
  objPrio: { 0: 0, 1: 0, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
