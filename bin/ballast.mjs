#!/usr/bin/env node
// Lets `npx ballast` run the TypeScript sources.
import { register } from 'tsx/esm/api';

register();
await import('./ballast.ts');
