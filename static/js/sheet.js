// The meeting sheet while one types: totals, what will lie in the box, how repayments divide.
import { inDigits, readAmount, writeAmount, writeNumber } from "./money.js";

const form = document.querySelector("[data-sheet]");

// As the server divides a repayment: loan by loan, in the group's order.
function split(amount, debts, order) {
  let left = amount;
  let interest = 0;
  let principal = 0;
  const take = (due) => {
    const part = Math.min(due, left);
    left -= part;
    return part;
  };
  for (const [owedInterest, owedPrincipal, back] of debts) {
    const toEnd = owedInterest + owedPrincipal - back;
    if (back && left >= toEnd) {
      interest += owedInterest - back;
      principal += owedPrincipal;
      left -= toEnd;
    } else if (order === "principal-interest") {
      principal += take(owedPrincipal);
      interest += take(owedInterest);
    } else {
      interest += take(owedInterest);
      principal += take(owedPrincipal);
    }
  }
  return { interest, principal, over: left };
}

function showSplit(row, amount, places) {
  const shown = row.querySelector("[data-split]");
  if (!shown || !amount || form.dataset.order.startsWith("fines")) return;
  const debts = row.dataset.debts.split(" ").filter(Boolean).map((debt) => debt.split(":").map(Number));
  const parts = split(amount, debts, form.dataset.order);
  const [interest, loan, over] = shown.dataset.words.split("|");
  shown.textContent = `${interest} ${writeAmount(parts.interest, places)} + ${loan} ${writeAmount(parts.principal, places)}`;
  if (parts.over) shown.textContent += ` + ${over} ${writeAmount(parts.over, places)}`;
}

// The purpose is asked for where there is a loan.
function askForPurpose(row, amount) {
  const purpose = row.querySelector(".purpose");
  if (purpose) purpose.hidden = !amount && !purpose.value;
}

// Where shares are stamps, savings and what is taken back are written as a number of stamps.
const inStamps = ["saving", "withdrawal"];

function amountIn(input, places) {
  const stamp = Number(form.dataset.stamp);
  const isNumber = stamp && inStamps.includes(input.dataset.column);
  return isNumber ? (readAmount(input.value, 0) ?? 0) * stamp : readAmount(input.value, places) ?? 0;
}

function count() {
  const places = Number(form.dataset.places);
  const sums = {};
  let inBox = 0;
  let outOfBox = 0;
  let there = 0;
  for (const row of form.querySelectorAll("[data-row]")) {
    if (["present", "late"].includes(row.querySelector("[data-attendance]")?.value)) there += 1;
    for (const input of row.querySelectorAll("[data-column]")) {
      if (input.dataset.column === "loan_months") continue;
      const amount = amountIn(input, places);
      sums[input.dataset.column] = (sums[input.dataset.column] ?? 0) + amount;
      if (input.dataset.sign === "1") inBox += amount;
      if (input.dataset.sign === "-1") outOfBox += amount;
      if (input.dataset.column === "repayment") showSplit(row, amount, places);
      if (input.dataset.column === "loan") {
        askForPurpose(row, amount);
        // Of the loan that is stored: what is taken of it at once stays in the box.
        if (amount === Number(row.dataset.lent)) outOfBox -= Number(row.dataset.taken);
      }
    }
  }
  for (const row of form.querySelectorAll("[data-row]")) sumUp(row, places);
  const lines = Number(form.dataset.lines);
  const totals = {
    there: inDigits(there),
    in: writeAmount(inBox + Math.max(lines, 0), places),
    out: writeAmount(outOfBox + Math.max(-lines, 0), places),
    box: writeAmount(Number(form.dataset.inBox) + inBox - outOfBox + lines, places),
  };
  for (const [name, text] of Object.entries(totals)) {
    const shown = form.querySelector(`[data-total="${name}"]`);
    if (shown) shown.textContent = text;
  }
  for (const cell of form.querySelectorAll("[data-foot] [data-sum]")) {
    const name = cell.dataset.sum;
    cell.textContent = name === "loan_months" ? "" : writeAmount(sums[name] ?? 0, places);
  }
}

const columnOf = (row, column) => row.querySelector(`[data-column="${column}"]`);

// What stands in the parts of a line is what was paid in, and the line says it in words.
function sumUp(row, places) {
  const paid = row.querySelector("[data-paid]");
  if (!paid) return;
  const parts = [...row.querySelectorAll('[data-sign="1"]')].filter((input) => amountIn(input, places));
  const sum = parts.reduce((all, input) => all + amountIn(input, places), 0);
  if (paid !== document.activeElement && !paid.hasAttribute("aria-invalid")) paid.value = sum ? writeNumber(sum, places) : "";
  const attendance = row.querySelector("[data-attendance]");
  row.dataset.is = attendance.value;
  row.querySelector("[data-tick]").setAttribute("aria-pressed", isThere(attendance.value));
  const said = row.querySelector("[data-said]");
  const words = parts.map((input) => `${input.closest("td").dataset.label} ${inDigits(input.value)}`);
  if (!isThere(attendance.value)) {
    words.unshift(attendance.selectedOptions[0].text.trim());
    if (!sum) words.push(said.dataset.said);
  }
  const loan = columnOf(row, "loan");
  if (loan?.value) words.push(`${loan.closest("td").dataset.label} ${inDigits(loan.value)}`);
  said.textContent = words.join(" · ");
}

// As forms/paid_in.py divides a sum: what is due first, and the rest is saved.
function divide(row, paid, places) {
  const stamp = Number(form.dataset.stamp);
  let left = paid;
  const parts = {};
  for (const column of form.dataset.dueFirst.split(" ")) {
    const input = columnOf(row, column);
    if (!input) continue;
    const isNumber = stamp && column === "saving";
    let due = isNumber ? Number(input.placeholder) * stamp : readAmount(input.placeholder, places) ?? 0;
    if (column === "fine_paid") due += readAmount(columnOf(row, "fine_levied").value, places) ?? 0;
    parts[column] = Math.min(due, left);
    if (isNumber) parts[column] -= parts[column] % stamp;
    left -= parts[column];
  }
  const rest = columnOf(row, "voluntary") ? "voluntary" : "saving";
  parts[rest] = (parts[rest] ?? 0) + left;
  // The server asks about what buys no whole stamp.
  if (stamp && parts.saving % stamp) return;
  for (const [column, amount] of Object.entries(parts)) {
    const isNumber = stamp && column === "saving";
    columnOf(row, column).value = !amount ? "" : isNumber ? amount / stamp : writeNumber(amount, places);
  }
}

function followPaid(event) {
  if (!event.target.matches("[data-paid]")) return;
  const places = Number(form.dataset.places);
  const paid = readAmount(event.target.value, places);
  event.target.removeAttribute("aria-invalid");
  if (paid !== null) divide(event.target.closest("[data-row]"), paid, places);
}

// Without a script the server fills; with one, what it would fill is seen at once.
function fill(event) {
  event.preventDefault();
  for (const row of form.querySelectorAll("[data-row]")) {
    if (!isThere(row.querySelector("[data-attendance]").value)) continue;
    for (const input of row.querySelectorAll("[data-column]")) {
      if (!input.value.trim() && input.placeholder) input.value = input.placeholder;
    }
    followFine(row);
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function setForAll() {
  const amount = document.getElementById("for-all").value;
  for (const row of form.querySelectorAll("[data-row]")) {
    if (!isThere(row.querySelector("[data-attendance]").value)) continue;
    columnOf(row, "saving").value = amount;
    followFine(row);
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function turn(event) {
  const row = event.target.closest("[data-tick]")?.closest("[data-row]");
  if (!row) return;
  const attendance = row.querySelector("[data-attendance]");
  attendance.value = isThere(attendance.value) ? "absent" : "present";
  attendance.dispatchEvent(new Event("change", { bubbles: true }));
}

const isThere = (attendance) => ["present", "late"].includes(attendance);

// The fine of a line by the rules: for the attendance, and for less than the saving that is due.
function fineOf(row) {
  const places = Number(form.dataset.places);
  const attendance = row.querySelector("[data-attendance]")?.value ?? "";
  const saving = row.querySelector('[data-column="saving"]');
  let fine = readAmount(form.dataset[`fine${attendance}`] ?? "", places) ?? 0;
  if (saving && amountIn(saving, places) < Number(form.dataset.due)) fine += Number(form.dataset.finemissed);
  return fine ? writeNumber(fine, places) : "";
}

function followFine(row) {
  const fine = row.querySelector('[data-column="fine_levied"]');
  const now = fineOf(row);
  if (fine && fine.value === row.dataset.fine) fine.value = now;
  row.dataset.fine = now;
}

// What was filled in as expected goes when somebody was not there, and comes back with them; the
// fine follows unless another one was typed. The server does the same.
function followAttendance(event) {
  const select = event.target;
  const row = select.closest("[data-row]");
  if (!row || !select.matches("[data-attendance]")) return;
  for (const input of row.querySelectorAll("[data-column]")) {
    if (input.dataset.column === "fine_levied") continue;
    if (!isThere(select.value) && input.placeholder && input.value === input.placeholder) {
      input.dataset.filled = input.value;
      input.value = "";
    } else if (isThere(select.value) && input.dataset.filled && !input.value) {
      input.value = input.dataset.filled;
    }
  }
}

// Enter goes down a column and the arrows move between lines, as in a spreadsheet.
function move(event) {
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const input = event.target;
  if (!step || input.tagName !== "INPUT" || !input.closest("[data-row]")) return;
  event.preventDefault();
  const rows = [...form.querySelectorAll("[data-row]")];
  const index = rows.indexOf(input.closest("[data-row]")) + step;
  const same = "paid" in input.dataset ? "[data-paid]" : `[data-column="${input.dataset.column}"]`;
  const next = rows[index]?.querySelector(same);
  if (next) {
    // On a phone the amounts of the next line may still be folded away.
    if (!next.checkVisibility()) rows[index].querySelector("[data-opener]").checked = true;
    next.focus();
    next.select();
  }
}

if (form) {
  for (const hidden of form.querySelectorAll("[data-strip], [data-foot]")) hidden.hidden = false;
  for (const hidden of form.querySelectorAll("td.tick, [data-for-all]")) hidden.hidden = false;
  // Where there is a phone's screen, what is rare is one tap away.
  if (matchMedia("(max-width: 59.99rem)").matches) {
    for (const fold of form.querySelectorAll("[data-fold]")) fold.open = fold.dataset.fold === "open";
  }
  form.elements.fill?.addEventListener("click", fill);
  form.querySelector("[data-for-all] button")?.addEventListener("click", setForAll);
  form.addEventListener("click", turn);
  form.addEventListener("input", followPaid);
  form.addEventListener("input", count);
  for (const row of form.querySelectorAll("[data-row]")) {
    row.dataset.fine = fineOf(row);
  }
  form.addEventListener("change", followAttendance);
  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && event.target.matches('[data-attendance], [data-column="saving"]')) followFine(row);
  });
  form.addEventListener("change", count);
  form.addEventListener("keydown", move);
  // Typing is not lost by a slip of the thumb.
  let isChanged = false;
  form.addEventListener("input", () => { isChanged = true; });
  form.addEventListener("submit", () => { isChanged = false; });
  window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
  count();
}
