/** The icon of all pages, as SVG: in the code, so that it is there wherever the program is. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <title>cuegate</title>
  <rect width="32" height="32" rx="7" fill="#1f6f78"/>
  <path d="M8 25V13a8 8 0 0 1 16 0v12" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
  <path d="M16 14v11M12 18h8" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" opacity=".75"/>
</svg>
`;
