import { Kbd, Modal, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api } from "./api";
import { t } from "./i18n";
import { mainGoals, siteGoals } from "./nav";
import { useMay } from "./session";

/** Goes anywhere from anywhere: ⌘K or Ctrl K, a few letters, Enter. */
export default function Search({ opened, close }: { opened: boolean; close: () => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [, go] = useLocation();
  const may = useMay();
  const sites = useQuery({ queryKey: ["sites"], queryFn: ({ signal }) => api.sites(signal), enabled: opened });
  const goals = [
    ...mainGoals(may),
    ...(may("site:write") ? [{ href: "/new", label: t("Add a site") }] : []),
    ...(may("members:read") ? [{ href: "/organisation/members", label: t("Members") }] : []),
    ...(may("keys:read") ? [{ href: "/organisation/keys", label: t("API keys") }] : []),
    ...(may("audit:read") ? [{ href: "/organisation/audit", label: t("Changes") }] : []),
    { href: "/account", label: t("Your account") },
    ...(sites.data?.sites ?? []).flatMap((s) => siteGoals(s.id, may).map((g) => ({ href: g.href, label: `${s.name}: ${g.label}` }))),
  ];
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  // A word that begins with what was typed comes before one that only holds it.
  const within = (label: string) => words.filter((w) => !` ${label.toLowerCase()}`.includes(` ${w}`)).length;
  const found = goals
    .filter((g) => words.every((w) => g.label.toLowerCase().includes(w)))
    .toSorted((a, b) => within(a.label) - within(b.label))
    .slice(0, 9);
  const chosen = Math.min(at, found.length - 1);
  const leave = () => {
    setTyped("");
    setAt(0);
    close();
  };
  const open = (href: string) => {
    leave();
    go(href);
  };
  return (
    <Modal.Root opened={opened} onClose={leave} yOffset="12vh" padding="sm" radius="lg">
      <Modal.Overlay backgroundOpacity={0.35} blur={2} />
      <Modal.Content aria-label={t("Search")}>
        <Modal.Body pt="sm">
          <Stack gap="xs">
            <TextInput
              size="md"
              leftSection={<IconSearch size={18} />}
              placeholder={t("Where to?")}
              aria-label={t("Where to?")}
              value={typed}
              data-autofocus
              data-testid="search"
              role="combobox"
              aria-expanded="true"
              aria-controls="search-found"
              aria-activedescendant={found[chosen] ? `goal-${chosen}` : undefined}
              onChange={(e) => {
                setTyped(e.currentTarget.value);
                setAt(0);
              }}
              onKeyDown={(e) => {
                if (e.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
                else if (e.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
                else if (e.key === "Enter" && found[chosen]) open(found[chosen].href);
                else return;
                e.preventDefault();
              }}
            />
            {found.length === 0 && (
              <Text size="sm" c="dimmed" p="sm">
                {t("Nothing is called that.")}
              </Text>
            )}
            <div role="listbox" id="search-found" aria-label={t("Found")} tabIndex={-1}>
              {found.map((g, i) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keyboard.
                <div key={g.href} role="option" id={`goal-${i}`} aria-selected={i === chosen} tabIndex={-1} className="goal" onClick={() => open(g.href)} onMouseMove={() => setAt(i)}>
                  {g.label}
                </div>
              ))}
            </div>
            <Text size="xs" c="dimmed" ta="right">
              <Kbd size="xs">↑</Kbd> <Kbd size="xs">↓</Kbd> <Kbd size="xs">↵</Kbd>
            </Text>
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
