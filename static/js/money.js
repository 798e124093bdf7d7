// Amounts as people type them, read and written in the browser while they type.
// The server reads them again and has the last word.
const KHMER = "០១២៣៤៥៦៧៨៩";

// The amount in whole minor units, 0 for nothing, null for what is no amount.
export function readAmount(text, places) {
  const plain = text.replace(/[០-៩]/g, (digit) => KHMER.indexOf(digit)).replace(/[\s,៛$]/g, "");
  if (!plain) return 0;
  if (!/^\d{1,15}(\.\d+)?$/.test(plain)) return null;
  const [whole, fraction = ""] = plain.split(".");
  if (fraction.length > places) return null;
  return Number(whole) * 10 ** places + Number(fraction.padEnd(places, "0") || 0);
}

// The number alone, as the server writes it into a cell.
export function writeNumber(amount, places) {
  return (Math.abs(amount) / 10 ** places).toLocaleString("en-US", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  });
}

export function writeAmount(amount, places) {
  const sign = amount < 0 ? "−" : "";
  const text = writeNumber(amount, places);
  const shown = places ? `${sign}$${text}` : `${sign}${text} ៛`;
  return inDigits(shown);
}

// In the digits of the page's language.
export function inDigits(text) {
  return document.documentElement.lang === "km" ? String(text).replace(/\d/g, (digit) => KHMER[digit]) : String(text);
}
