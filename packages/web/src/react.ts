"use client";
// Gates for React.
import { type ReactNode, useSyncExternalStore } from "react";
import { has, type Level, type Name, on } from "./index.js";

const subscribe = (changed: () => void) => {
  const ends = [on("ready", changed), on("change", changed)];
  return () => {
    for (const end of ends) end();
  };
};
const denied = () => false;

/** Whether a purpose or vendor may run; false on the server and until it is known. */
export const useConsent = (name: Name, level?: Level): boolean => useSyncExternalStore(subscribe, () => has(name, level), denied);

export type ConsentGateProps = {
  /** A purpose or a vendor. */
  readonly purpose: Name;
  readonly level?: Level | undefined;
  /** What shows while it may not run. */
  readonly fallback?: ReactNode;
  readonly children?: ReactNode;
};

/** Renders its children only while they may run. */
export const ConsentGate = ({ purpose, level, fallback = null, children }: ConsentGateProps): ReactNode =>
  useConsent(purpose, level) ? children : fallback;
