/** Drawings of the four layouts: a page in outline, the banner in the accent colour. */
export function Pictogram({ layout, position }: { layout: string; position?: string }) {
  return (
    <svg viewBox="0 0 96 64" className="pictogram" aria-hidden="true" focusable="false">
      <rect x="1" y="1" width="94" height="62" rx="6" className="pic-page" />
      <rect x="9" y="10" width="30" height="4" rx="2" className="pic-line" />
      <rect x="9" y="19" width="52" height="3" rx="1.5" className="pic-line" />
      <rect x="9" y="26" width="44" height="3" rx="1.5" className="pic-line" />
      <Shape layout={layout} position={position} />
    </svg>
  );
}

function Shape({ layout, position }: { layout: string; position?: string }) {
  switch (layout) {
    case "bar": {
      const y = position === "top" ? 1 : 45;
      return (
        <g>
          <rect x="1" y={y} width="94" height="18" rx="4" className="pic-banner" />
          <rect x="8" y={y + 7} width="34" height="4" rx="2" className="pic-on" />
          <rect x="58" y={y + 5} width="14" height="8" rx="3" className="pic-on" />
          <rect x="75" y={y + 5} width="14" height="8" rx="3" className="pic-on" />
        </g>
      );
    }
    case "box":
      return <Card x={24} y={33} width={48} />;
    case "corner":
      return <Card x={position === "left" ? 6 : 50} y={33} width={40} />;
    default:
      return (
        <g>
          <rect x="1" y="1" width="94" height="62" rx="6" className="pic-veil" />
          <Card x={22} y={18} width={52} />
        </g>
      );
  }
}

function Card({ x, y, width }: { x: number; y: number; width: number }) {
  const button = (width - 18) / 2;
  return (
    <g>
      <rect x={x} y={y} width={width} height="26" rx="4" className="pic-banner" />
      <rect x={x + 6} y={y + 6} width={width - 20} height="3.5" rx="1.75" className="pic-on" />
      <rect x={x + 6} y={y + 14} width={button} height="7" rx="3" className="pic-on" />
      <rect x={x + 12 + button} y={y + 14} width={button} height="7" rx="3" className="pic-on" />
    </g>
  );
}
