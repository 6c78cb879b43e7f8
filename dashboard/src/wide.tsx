import { type CSSProperties, type ReactNode, useEffect, useRef } from "react";
import { t } from "./i18n";

interface Props {
  minWidth: number;
  /** On a phone each row becomes a block, and each cell says which column it is of, if that has a name to see. */
  stacked?: boolean;
  className?: string;
  children: ReactNode;
  "data-testid"?: string;
}

/** What may be wider than the window: it scrolls by itself, by keyboard too. */
export function Wide({ minWidth, stacked, className, children, ...rest }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!stacked) return;
    const heads = [...(box.current?.querySelectorAll("thead th") ?? [])].map((h) => (h.querySelector(".unseen") ? "" : (h.textContent ?? "")));
    for (const row of box.current?.querySelectorAll("tbody tr") ?? []) {
      for (const [i, cell] of [...row.children].entries()) cell.setAttribute("data-label", heads[i] ?? "");
    }
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a field set is for forms.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus can be scrolled by keyboard.
    <div ref={box} role="group" className={`wide ${stacked ? "stacked" : ""} ${className ?? ""}`} tabIndex={0} aria-label={t("Table")} {...rest}>
      <div style={{ "--wide": `${minWidth}px` } as CSSProperties}>{children}</div>
    </div>
  );
}
