import { Alert, Button, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconHistory } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { SiteView } from "../api";
import { rich, t } from "../i18n";
import { Sure } from "../sure";
import { When } from "../when";
import { differences } from "./diff";
import type { Draft } from "./draft";
import { fieldName } from "./field-names";
import { forget, left, withLeft } from "./unsaved";

// More fields than these are counted, not named.
const NAMED = 4;

/** Offers what was typed here before and could not be saved. */
export function Offer({ site, draft }: { site: SiteView; draft: Draft }) {
  const [found, setFound] = useState(() => left(site, draft.visit));
  const [asked, { open: ask, close: leave }] = useDisclosure();
  const changes = found.length > 0 ? differences(site.draft, withLeft(site.draft, found)) : [];
  const none = found.length > 0 && changes.length === 0;
  const end = () => {
    for (const { visit } of found) forget(site, visit);
    setFound([]);
  };
  // The buttons go with the offer; whoever uses the keyboard goes on in the room that is open.
  const settle = () => {
    end();
    document.querySelector<HTMLElement>(".room[data-active]")?.focus();
  };
  // A save that was on its way when the editor was left has reached the server.
  useEffect(() => {
    if (none) end();
  });
  const last = found.at(-1);
  if (!last || none) return null;
  const names = [...new Set(changes.map((c) => fieldName(c.path) ?? c.path))];
  const more = names.length - NAMED;
  return (
    <div className="settings-fault">
      <Alert color="yellow" icon={<IconHistory size={18} />} title={t("What you typed was not saved, and is still here")} data-testid="unsaved">
        <Text size="sm">
          {rich("This browser has kept it ({when}): {fields}.", {
            when: <When at={last.at} />,
            fields: <b>{names.slice(0, NAMED).join(", ") + (more > 0 ? ` +${more}` : "")}</b>,
          })}
        </Text>
        <Group gap="xs" mt="xs">
          <Button
            size="xs"
            onClick={() => {
              draft.change((doc) => withLeft(doc, found));
              settle();
            }}
            data-testid="unsaved-take"
          >
            {t("Put it back")}
          </Button>
          <Button size="xs" variant="subtle" color="gray" onClick={ask} data-testid="unsaved-drop">
            {t("Drop it")}
          </Button>
        </Group>
      </Alert>
      <Sure opened={asked} close={leave} title={t("Drop what was not saved?")} deed={t("Drop it")} run={settle}>
        {t("It is in this browser only. The draft stays as it is saved.")}
      </Sure>
    </div>
  );
}
