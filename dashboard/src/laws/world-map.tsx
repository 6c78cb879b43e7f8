import { Button, Group, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMemo } from "react";
import type { MapPlace } from "../api";
import { t } from "../i18n";
import { placeName } from "../wizard/places";
import { modeName } from "./modes";
import world from "./world.json";

interface Props {
  places: MapPlace[];
  /** The purpose that colours the map; empty for the strictest of all. */
  purpose: string;
  open: string;
  onOpen: (place: string) => void;
}

const modes = ["opt-in", "opt-out", "notice"] as const;

/** The strictest thing that visitors of each country are asked; the same as a table for who cannot see it. */
export function WorldMap({ places, purpose, open, onOpen }: Props) {
  const [asTable, { toggle }] = useDisclosure();
  const byPlace = useMemo(() => new Map(places.map((p) => [p.place, p])), [places]);
  const mode = (p?: MapPlace) => (purpose ? p?.purposes[purpose] : p?.mode);
  const strictest = mode(byPlace.get("unknown")) ?? "opt-in";
  const modeOf = (code: string) => mode(byPlace.get(code)) ?? strictest;
  const title = (code: string) => `${placeName(code)}: ${modeName(modeOf(code))}`;
  return (
    <div>
      {asTable ? (
        <AsTable places={places} />
      ) : (
        <svg viewBox="0 -6 1030 446" className="world" role="img" aria-label={t("A map of the world, coloured by what visitors are asked")}>
          {Object.entries(world.shapes).map(([code, path]) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the select below the map does the same by keyboard.
            <path key={code} d={path} data-mode={modeOf(code)} data-open={open.slice(0, 2) === code || undefined} onClick={() => onOpen(code)}>
              <title>{title(code)}</title>
            </path>
          ))}
          {Object.entries(world.points).map(([code, [x, y]]) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the select below the map does the same by keyboard.
            <circle key={code} cx={x} cy={y} r={2.4} data-mode={modeOf(code)} data-open={open === code || undefined} onClick={() => onOpen(code)}>
              <title>{title(code)}</title>
            </circle>
          ))}
        </svg>
      )}
      <Group justify="space-between" mt="xs">
        <Group gap="lg">
          {modes.map((m) => (
            <Group key={m} gap={6}>
              <span className="world-key" data-mode={m} aria-hidden="true" />
              <Text size="sm">
                {modeName(m)} ({places.filter((p) => mode(p) === m).length})
              </Text>
            </Group>
          ))}
        </Group>
        <Button variant="default" size="compact-sm" onClick={toggle}>
          {asTable ? t("Show as a map") : t("Show as a table")}
        </Button>
      </Group>
    </div>
  );
}

function AsTable({ places }: { places: MapPlace[] }) {
  return (
    <div className="world-table">
      <Table stickyHeader fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("Place")}</Table.Th>
            <Table.Th>{t("Strictest")}</Table.Th>
            <Table.Th>{t("By purpose")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {places.map((p) => (
            <Table.Tr key={p.place}>
              <Table.Td>{p.place === "unknown" ? t("An unknown place") : placeName(p.place)}</Table.Td>
              <Table.Td>{modeName(p.mode)}</Table.Td>
              <Table.Td c="dimmed">
                {Object.entries(p.purposes)
                  .map(([id, m]) => `${id}: ${modeName(m)}`)
                  .join(", ")}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}
