// Colours as WCAG counts them; hex, with three digits or six.

function parts(hex: string): number[] {
  const long = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  return [1, 3, 5].map((i) => Number.parseInt(long.slice(i, i + 2), 16));
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = parts(hex).map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The contrast ratio of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** White or near-black, whichever reads better on a colour. */
export function textOn(accent: string): string {
  return luminance(accent) > 0.179 ? "#111111" : "#ffffff";
}

// The built-in background of a dark banner, and what the edge of a button needs on it.
const night = "#171a23";
const enough = 3.2;

/** An accent for dark schemes, lightened until its buttons stand out; nothing where the accent itself does. */
export function inDark(accent: string): { accent: string; accent_text: string } | undefined {
  for (let white = 0; white <= 1; white += 0.05) {
    const mixed = `#${parts(accent)
      .map((c) => Math.round(c + (255 - c) * white).toString(16).padStart(2, "0"))
      .join("")}`;
    if (contrast(mixed, night) >= enough) return white === 0 ? undefined : { accent: mixed, accent_text: textOn(mixed) };
  }
  return undefined;
}
