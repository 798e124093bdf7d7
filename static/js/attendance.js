// Keeps the counts of the attendance sheet true while one taps. The server counts again.
import { inDigits } from "./money.js";

const form = document.querySelector("[data-attendance]");

// What so much of a day counts, as figures/person_days.py says: half a day under three known hours,
// else the part of the day, to the nearest half. In hundredths and halves of hours, so that whole
// numbers are divided.
function daysOf(attended, day, isKnown) {
  const [part, whole] = [attended, day].map((hours) => Math.round(hours * 200));
  if (part === 0) return 0;
  if (isKnown && part < 3 * 200) return 0.5;
  return Math.max(Math.floor((4 * part + whole) / (2 * whole)) / 2, isKnown ? 0.5 : 0);
}

function count() {
  let marked = 0;
  const totals = { there: 0, female: 0, male: 0, "not-stated": 0, days: Number(form.dataset.otherDays) };
  const weight = Number(form.dataset.weight);
  for (const line of form.querySelectorAll("[data-line]")) {
    const status = line.querySelector('input[type="radio"]:checked')?.value;
    if (status) marked += 1;
    const half = line.querySelector('input[type="checkbox"]');
    const there = status === "present" || status === "late";
    half.disabled = ["absent", "excused"].includes(status) || form.dataset.closed !== undefined;
    const sex = line.dataset.counts;
    if (!sex) continue;
    const attended = Number(line.dataset.elsewhere) + (there ? (half.checked ? 0.5 : 1) * weight : 0);
    totals.days += daysOf(attended, Number(form.dataset.day), form.dataset.isKnown !== undefined);
    if (!there) continue;
    totals.there += 1;
    totals[sex in totals ? sex : "not-stated"] += 1;
  }
  for (const [name, value] of Object.entries(totals)) {
    const shown = form.querySelector(`[data-total="${name}"]`);
    if (shown) shown.textContent = inDigits(value);
  }
  const shown = form.querySelector("[data-marked]");
  if (!shown) return;
  shown.textContent = inDigits(marked);
  // With everybody marked there is no rest.
  form.elements.rest.disabled = marked === form.querySelectorAll("[data-line]").length;
}

if (form) {
  for (const strip of form.querySelectorAll("[data-strip]")) strip.hidden = false;
  form.addEventListener("change", count);
  // Without a script this button saves; with one, the marks are seen first.
  form.elements.rest?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const line of form.querySelectorAll("[data-line]")) {
      if (!line.querySelector('input[type="radio"]:checked')) line.querySelector(".present input").checked = true;
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  });
  // Half a session means that the learner was there.
  form.addEventListener("click", (event) => {
    if (event.target.type !== "checkbox") return;
    const line = event.target.closest("[data-line]");
    const isMarked = line.querySelector('input[type="radio"]:checked');
    if (event.target.checked && !isMarked) line.querySelector(".present input").checked = true;
    count();
  });
  count();
}
