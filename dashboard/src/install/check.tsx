import { Alert, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api";
import { t } from "../i18n";
import { ProblemAlert, Prose } from "../problem";

/** Asks the server to look at a page as a browser would, and says what it found. */
export function Check({ site, page }: { site: string; page: string }) {
  const [url, setUrl] = useState(page);
  const check = useMutation({ mutationFn: () => api.checkInstall(site, url) });
  const found = check.data?.findings ?? [];
  return (
    <Stack gap="sm" component="section" aria-label={t("Check a page")}>
      <div>
        <Title order={3}>{t("Check a page")}</Title>
        <Text size="sm" c="dimmed">
          {t("The server fetches the page and looks where the tag stands and what starts before a choice.")}
        </Text>
      </div>
      <Group align="flex-end" gap="xs">
        <TextInput
          label={t("Address of a page")}
          type="url"
          value={url}
          onChange={(e) => setUrl(e.currentTarget.value)}
          className="grow"
          data-testid="install-url"
        />
        <Button variant="default" loading={check.isPending} onClick={() => check.mutate()} data-testid="install-check">
          {t("Check now")}
        </Button>
      </Group>
      <div aria-live="polite">
        {check.isError && <ProblemAlert error={check.error} />}
        {check.isSuccess && (
          <Stack gap="xs">
            {check.data.ok && !found.some((f) => f.level === "warning") && (
              <Alert color="pine" icon={<IconCircleCheck size={18} />} title={t("Installed as it should be")} data-testid="install-ok">
                {t("The tag is there once, first in the head, and nothing known runs before it.")}
              </Alert>
            )}
            {found.map((f) => (
              <Alert
                key={f.code + f.cause}
                color={f.level === "error" ? "red" : f.level === "warning" ? "yellow" : "pine"}
                icon={f.level === "ok" ? <IconCircleCheck size={18} /> : <IconAlertTriangle size={18} />}
                title={<Prose text={f.cause} />}
              >
                <Prose text={f.fix} />
                {f.line ? ` ${t("Line {n}.", { n: f.line })}` : ""}
              </Alert>
            ))}
          </Stack>
        )}
      </div>
    </Stack>
  );
}
