// Keeps the strip above the attendance sheet true while one taps. The server counts again.
import { inDigits } from "./money.js";

const form = document.querySelector("[data-attendance]");

function count() {
  const totals = { there: 0, female: 0, male: 0, "not-stated": 0, days: Number(form.dataset.otherDays) };
  const weight = Number(form.dataset.weight);
  for (const line of form.querySelectorAll("[data-line]")) {
    const status = line.querySelector('input[type="radio"]:checked')?.value;
    const half = line.querySelector('input[type="checkbox"]');
    const there = status === "present" || status === "late";
    half.disabled = !there || form.dataset.closed !== undefined;
    const sex = line.dataset.counts;
    if (!sex) continue;
    // As the server counts: the learner's part of this day's session hours, in half days.
    const attended = Number(line.dataset.elsewhere) + (there ? (half.checked ? 0.5 : 1) * weight : 0);
    totals.days += Math.round((2 * attended) / Number(form.dataset.day)) / 2;
    if (!there) continue;
    totals.there += 1;
    totals[sex in totals ? sex : "not-stated"] += 1;
  }
  for (const [name, value] of Object.entries(totals)) {
    form.querySelector(`[data-total="${name}"]`).textContent = inDigits(value);
  }
}

if (form) {
  form.addEventListener("change", count);
  // Half a session means that the learner was there.
  form.addEventListener("click", (event) => {
    if (event.target.type === "checkbox") count();
  });
  count();
}
