export const SUBTRACTING: readonly string[];
export function tables(): Readonly<Record<string, string>>;
export function filled(page: string, made: Readonly<Record<string, string>>): string;
