import { Table, VisuallyHidden } from "@mantine/core";
import type { Report } from "../api";
import { languageLabel } from "../coded";
import { t } from "../i18n";
import { placeName } from "../wizard/places";
import { answered, number, percent } from "./numbers";
import { Wide } from "../wide";

type Row = NonNullable<Report["by"][string]>[number];

/** The same counts for each value of one dimension. */
export function By({ dimension, rows, least }: { dimension: string; rows: Row[]; least: number }) {
  const name = (value: string) => {
    if (dimension === "locale" || dimension === "language") return languageLabel(value);
    if (/^[A-Z]{2}(-[A-Z0-9]+)?$/.test(value)) return placeName(value);
    return value && value !== "unknown" ? value : t("unknown");
  };
  const rate = (r: Row) => percent(r.accepted, answered(r));
  return (
    <Wide minWidth={640}>
      <Table fz="sm" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th><VisuallyHidden className="unseen">{t("Value")}</VisuallyHidden></Table.Th>
            <Table.Th>{t("Shown")}</Table.Th>
            <Table.Th>{t("Accepted")}</Table.Th>
            <Table.Th>{t("In part")}</Table.Th>
            <Table.Th>{t("Refused")}</Table.Th>
            <Table.Th>{t("Closed")}</Table.Th>
            <Table.Th>{t("Share accepted")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((r) => (
            <Table.Tr key={r.value}>
              <Table.Td fw={550}>{name(r.value)}</Table.Td>
              <Table.Td>{number(r.shown, least)}</Table.Td>
              <Table.Td>{number(r.accepted, least)}</Table.Td>
              <Table.Td>{number(r.partial, least)}</Table.Td>
              <Table.Td>{number(r.rejected, least)}</Table.Td>
              <Table.Td>{number(r.dismissed, least)}</Table.Td>
              <Table.Td>{rate(r) ?? "–"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}
