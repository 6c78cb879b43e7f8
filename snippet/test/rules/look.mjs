// What the facts of a page say about the rules: pure functions that return
// [rule, message, severity?].

const symbols = (s) => s.replace(/[\p{L}\p{N}\p{M}\s.,:;'’"“”«»()/&-]/gu, "");
const near = (a, b, least = 0.9) => Math.min(a, b) / Math.max(a, b) >= least;
const same = (a, b) => a.every((c, i) => Math.abs(c - b[i]) < 3);
const rtl = ["ar", "fa", "he", "ur"];

/** Both buttons beside each other. */
const equal = ({ accept: a, reject: r }) => {
  const said = [];
  if (!a?.visible) return said;
  if (!r?.visible) return [["D01", "everything can be accepted here and not refused"], ["D02", "refusing takes more clicks than accepting"]];
  if (a.tag !== "BUTTON" || r.tag !== a.tag) said.push(["D03", `the grant is a ${a.tag}, the refusal a ${r.tag}`]);
  if (!near(a.rect.width * a.rect.height, r.rect.width * r.rect.height)) said.push(["D04", "the two buttons differ in size"]);
  for (const [what, name] of [["size", "size of letters"], ["weight", "weight of letters"], ["padding", "padding"], ["border", "border"], ["transform", "case of letters"]])
    if (a[what] !== r[what]) said.push(["D04", `the two buttons differ in the ${name}`]);
  for (const b of [a, r]) if (b.contrast < 4.5) said.push(["D05", `“${b.text}” has a contrast of ${b.contrast.toFixed(2)}`]);
  if (!near(a.contrast, r.contrast, 1 / 1.5)) said.push(["D05", "one button is much easier to read than the other"]);
  if (!same(a.back, r.back)) said.push(["D05", "one button is filled and the other is not", "warning"]);
  if (symbols(a.text) !== symbols(r.text)) said.push(["D23", "one button carries symbols that the other does not"]);
  if (a.animation !== r.animation) said.push(["D23", "one button moves and the other does not"]);
  return said;
};

/** The words and controls of whichever box stands. */
const frame = (f, o) => {
  const { box } = f;
  const said = [];
  if (!["dialog", "alertdialog"].includes(box.role)) said.push(["D29", "the banner is no dialog"]);
  if (!box.name) said.push(["D29", "the dialog has no name"]);
  if (box.ariaModal === "true" && !box.modal) said.push(["D29", "the dialog says that it is modal and is not"]);
  if (o.locale && box.lang?.split("-")[0] !== o.locale.split("-")[0]) said.push(["D32", `the banner says its language is ${box.lang}, not ${o.locale}`]);
  if ((box.dir === "rtl") !== rtl.includes((o.locale ?? box.lang ?? "").split("-")[0])) said.push(["D32", `the banner runs ${box.dir}`]);
  if (f.fields.length) said.push(["D39", `the choice asks for more than itself: ${f.fields.join(", ")}`]);
  if (f.focus === "accept") said.push(["D25", "the focus starts on the grant"]);
  for (const t of f.texts) {
    if (t.contrast < 4.5) said.push(["D05", `“${t.text}” has a contrast of ${t.contrast.toFixed(2)}`]);
    if (t.size < (t.tag === "SMALL" ? 12 : 14)) said.push(["D33", `“${t.text}” is ${t.size} pixels high`]);
  }
  said.push(...uncut(f, "D32"));
  for (const c of f.controls) if (!c.inline && (c.width < 24 || c.height < 24)) said.push(["D27", `“${c.name}” is ${Math.round(c.width)} by ${Math.round(c.height)} pixels`]);
  for (let i = 1; i < f.order.length; i++) {
    const [a, b] = [f.order[i - 1], f.order[i]];
    if (b.action === "close" || a.action === "close") continue;
    const row = Math.abs(a.rect.y - b.rect.y) < 8;
    const back = row ? (box.dir === "rtl" ? b.rect.x > a.rect.x : b.rect.x < a.rect.x) : b.rect.y < a.rect.y;
    if (back) said.push(["D25", `“${b.action}” comes after “${a.action}” for the keyboard and before it for the eye`]);
  }
  return said;
};

/** Texts that do not fit. */
export const uncut = (f, rule) => (f.texts ?? []).filter((t) => t.cut || t.outside).map((t) => [rule, `“${t.text}” is cut`]);

/** The banner on this screen. */
export const banner = (f, o) => {
  if (!f.box?.visible) return [["D29", "there is no banner"]];
  const said = [...equal(f), ...frame(f, o)];
  if (f.box.modal && !o.modal) said.push(["D13", "the banner makes the page wait"]);
  if (f.locked) said.push(["D13", "the page cannot be scrolled"]);
  if (f.blurred) said.push(["D13", "the page is hidden or blurred"]);
  if (!f.links.some((l) => l.visible && /^https?:/.test(l.href))) said.push(["D20", "the banner does not lead to the privacy policy"]);
  for (const title of o.purposes ?? []) if (!f.box.text.includes(title)) said.push(["D18", `the banner does not name “${title}”`]);
  if (o.closes && !f.close?.visible) said.push(["D14", "there is no control that closes the banner"]);
  if (f.close && !f.close.name.replace(/[×✕xX]/g, "").trim()) said.push(["D30", "the control that closes has no name"]);
  if (o.notBottomBar && f.box.rect.bottom >= f.window.height - 1 && f.box.rect.width > f.window.width * 0.9)
    said.push(["D47", "the banner is a bar at the bottom"]);
  return said;
};

/** Whether both buttons are in sight. */
export const fits = (f) => {
  if (!f.box) return [];
  const said = [];
  for (const name of ["accept", "reject"]) if (f[name] && f[name].share < 0.99) said.push(["D06", `“${name}” cannot be seen without scrolling`]);
  if (f.box.rect.width > f.window.width + 1 || f.box.scrolls) said.push(["D33", "the banner is wider than the screen"]);
  for (const c of f.controls) if (!c.inline && (c.width < 24 || c.height < 24)) said.push(["D27", `“${c.name}” is ${Math.round(c.width)} by ${Math.round(c.height)} pixels`]);
  return said;
};

/** With reduced motion and forced colours. */
export const forced = (f) => {
  const said = [];
  if (parseFloat(f.box?.transition) > 0) said.push(["D34", "the banner moves although the visitor wants no motion"]);
  for (const b of [f.accept, f.reject]) if (b && parseFloat(b.border) < 1) said.push(["D34", `“${b.text}” has no edge in forced colours`]);
  return said;
};

/** The preferences, beside what the banner was. */
export const preferences = (f, first, o) => {
  const said = [...equal(f), ...frame(f, o)];
  if (!f.rows.length) said.push(["D45", "nothing can be chosen one by one"]);
  if (!f.save?.visible) said.push(["D45", "a part of the purposes cannot be accepted"]);
  for (const r of f.rows) {
    if (r.type !== "checkbox") said.push(["D30", `the switch of ${r.id} is a ${r.type}`]);
    if (!r.label) said.push(["D30", `the switch of ${r.id} has no name`]);
    else if (r.title && !r.label.includes(r.title)) said.push(["D30", `the name of the switch of ${r.id} is not its label`]);
    if (!r.title || !r.text) said.push(["D18", `${r.id} has no title or no description`]);
    if (o.profile === "opt-in" && r.checked && !r.disabled) said.push(["D07", `${r.id} is on before a choice`]);
  }
  const place = (x) => ["reject", "accept"].map((a) => x.order.findIndex((b) => b.action === a));
  const [[r1, a1], [r2, a2]] = [place(first), place(f)];
  if (r1 >= 0 && r2 >= 0 && Math.sign(a1 - r1) !== Math.sign(a2 - r2)) said.push(["D24", "the two buttons change their order between the layers"]);
  return said;
};

/** What stands on the page while no banner does. */
export const page = (f, o) => {
  const said = [];
  if (!f.triggers.some((t) => t.visible && t.name)) said.push(["D12", "nothing on the page opens the choices again"]);
  for (const t of f.triggers) if (t.visible && (t.rect.width < 24 || t.rect.height < 24)) said.push(["D27", `“${t.name}” is smaller than 24 pixels`]);
  for (const label of o.links ?? []) if (!f.triggers.some((t) => t.visible && t.name.includes(label))) said.push(["D38", `the page has no link “${label}”`]);
  if (o.icon && !f.triggers.some((t) => t.visible && t.icon)) said.push(["D38", "the link has no icon"]);
  if (o.status && !f.statuses.some((s) => s.visible && s.text)) said.push(["D37", "nothing shows that the opt-out is honoured"], ["D31", "nothing is announced of it"]);
  if (o.noBanner && f.box) said.push(["D40", "the signal is answered with a banner"]);
  return said;
};
