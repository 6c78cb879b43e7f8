import type { ReactNode } from "react";
import { t } from "./i18n";

/** What may be wider than the window: it scrolls by itself, by keyboard too. */
export function Wide({ minWidth, className, children, ...rest }: { minWidth: number; className?: string; children: ReactNode; "data-testid"?: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a field set is for forms.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus can be scrolled by keyboard.
    <div role="group" className={`wide ${className ?? ""}`} tabIndex={0} aria-label={t("Table")} {...rest}>
      <div style={{ minWidth }}>{children}</div>
    </div>
  );
}
