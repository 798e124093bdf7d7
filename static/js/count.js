// Counting the box: the sum of each note, of all, and the difference to the ledger.
import { readAmount, writeAmount } from "./money.js";

const form = document.querySelector("[data-count]");

function count() {
  const places = Number(form.dataset.places);
  let counted = 0;
  for (const input of form.querySelectorAll("[data-note]")) {
    const note = Number(input.dataset.note);
    const typed = readAmount(input.value, note ? 0 : places) ?? 0;
    const sum = note ? typed * note : typed;
    counted += sum;
    input.closest("tr").querySelector("[data-sum]").textContent = sum ? writeAmount(sum, places) : "";
  }
  form.querySelector("[data-counted]").textContent = writeAmount(counted, places);
  form.querySelector("[data-difference]").textContent = writeAmount(counted - Number(form.dataset.expected), places);
}

if (form) {
  for (const hidden of form.querySelectorAll("[data-live]")) hidden.hidden = false;
  form.addEventListener("input", count);
  count();
}
