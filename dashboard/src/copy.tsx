import { Button, type ButtonProps } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { t } from "./i18n";

/** Copies a text and says so for two seconds. */
export function CopyTag({ text, label, ...props }: { text: string; label?: string } & ButtonProps) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 2000);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <Button
      variant="default"
      data-testid="copy-tag"
      leftSection={done ? <IconCheck size={16} /> : <IconCopy size={16} />}
      onClick={async () => setDone(await copy(text))}
      {...props}
    >
      <span aria-live="polite">{done ? t("Copied") : (label ?? t("Copy tag"))}</span>
    </Button>
  );
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// The clipboard API exists only on https and localhost; a self-hosted server
// is often opened by plain address first.
function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "offscreen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
