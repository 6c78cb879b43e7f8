import { ActionIcon, Tooltip } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useRef } from "react";
import { t } from "./i18n";

const Search = lazy(() => import("./search"));

/** The way to everything, by button or by ⌘K. */
export function Find() {
  // The search comes into the page open, so it does not know where the focus was.
  const before = useRef<HTMLElement>(null);
  const [opened, { open, close }] = useDisclosure(false, {
    onOpen: () => {
      before.current = document.activeElement as HTMLElement | null;
    },
    // Once the trap of the dialog is gone.
    onClose: () => setTimeout(() => before.current?.focus({ preventScroll: true })),
  });
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
