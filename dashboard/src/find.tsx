import { ActionIcon, Tooltip } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { t } from "./i18n";

const Search = lazy(() => import("./search"));

/** The way to everything, by button or by ⌘K. */
export function Find() {
  const [opened, { open, close }] = useDisclosure();
  useHotkeys([["mod+K", open]], []);
  return (
    <>
      <Tooltip label={t("Go anywhere (Ctrl K)")}>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("Go anywhere (Ctrl K)")} onClick={open} className="find">
          <IconSearch size={18} />
        </ActionIcon>
      </Tooltip>
      {opened && (
        <Suspense fallback={null}>
          <Search opened close={close} />
        </Suspense>
      )}
    </>
  );
}
