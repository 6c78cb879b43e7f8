import { ActionIcon, Button, Group, MultiSelect, NativeSelect, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMemo } from "react";
import type { Stricter } from "../api";
import { t } from "../i18n";
import { faultOf } from "../problem";
import { placeOptions } from "../wizard/places";
import { classNames } from "./class-names";
import type { Panel } from "./editor";
import { Section } from "./section";

const modes = () => [
  { value: "", label: t("As the law says") },
  { value: "opt-out", label: t("At least: may be refused") },
  { value: "opt-in", label: t("Ask first") },
];

/** Where the site is stricter than the law. It can never be laxer, whatever stands here. */
export function Regions({ doc, change, findings }: Panel) {
  const places = useMemo(placeOptions, []);
  const list = doc.stricter ?? [];
  const put = (next: Stricter[]) => change((d) => ({ ...d, stricter: next.length > 0 ? next : undefined }));
  const set = (i: number, part: Partial<Stricter>) => put(list.map((r, n) => (n === i ? { ...r, ...part } : r)));
  return (
    <Section
      title={t("Regions")}
      hint={t("Each visitor is asked by the law of their place and of yours. Here the site may ask for more; less is not possible.")}
    >
      {list.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("The law alone decides. That is right for most sites.")}
        </Text>
      )}
      {list.map((r, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order is the meaning.
        <Paper key={i} withBorder p="md">
          <Stack gap="sm">
            <Group gap="xs" wrap="nowrap" align="flex-end">
              <MultiSelect
                label={t("Where")}
                placeholder={r.places?.length ? undefined : t("Everywhere")}
                data={places}
                value={r.places ?? []}
                onChange={(p) => set(i, { places: p.length > 0 ? p : undefined })}
                searchable
                limit={60}
                className="grow"
                error={faultOf(findings, `stricter[${i}].places`)}
              />
              <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("Remove")} onClick={() => put(list.filter((_, n) => n !== i))}>
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
            <SimpleGrid cols={2} spacing="xs" verticalSpacing="xs" className="level">
              {classNames()
                .filter((c) => c.value !== "necessary")
                .map((c) => (
                  <NativeSelect
                    key={c.value}
                    size="xs"
                    label={c.label}
                    value={r.modes[c.value] ?? ""}
                    onChange={(e) => {
                      const { [c.value]: _, ...rest } = r.modes;
                      const mode = e.currentTarget.value as Stricter["modes"][string] | "";
                      set(i, { modes: mode ? { ...rest, [c.value]: mode } : rest });
                    }}
                    data={modes()}
                  />
                ))}
            </SimpleGrid>
          </Stack>
        </Paper>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        className="start"
        onClick={() => put([...list, { modes: { ads: "opt-in", sale_share: "opt-in" } }])}
        data-testid="stricter-add"
      >
        {t("Be stricter somewhere")}
      </Button>
    </Section>
  );
}
