// How long a text is while somebody writes it, as reports/figures/lengths.py counts it on the server.
const units = {
  words: (text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length,
  characters: (text) => [...text.replace(/\s+/g, " ")].length,
  pages: (text) => [...text].length,
};
const language = document.documentElement.lang;
const written = new Intl.NumberFormat(language.startsWith("km") ? "km-u-nu-khmr" : "en");

function lengthOf(line, text) {
  const { unit, others, charactersAPage } = line.dataset;
  const counted = units[unit](text.trim()) + Number(others ?? 0);
  return unit === "pages" ? Math.ceil((10 * counted) / Number(charactersAPage)) / 10 : counted;
}

for (const list of document.querySelectorAll("[data-lengths-of]")) {
  const field = document.getElementById(list.dataset.lengthsOf);
  const count = () => {
    for (const line of list.querySelectorAll("[data-unit]")) {
      const length = lengthOf(line, field.value);
      line.querySelector("[data-length]").textContent = written.format(length);
      const tooLong = line.querySelector("[data-too-long]");
      if (tooLong) tooLong.hidden = length <= Number(line.dataset.limit);
    }
  };
  field.addEventListener("input", count);
  count();
}
