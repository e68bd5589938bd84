/** Validates the OpenAPI document in a file; its validator is an ES module, which jest cannot load. */
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';

const validator = new Validator();
const document = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Record<string, unknown>;
const { valid, errors } = await validator.validate(document);
process.stdout.write(`${JSON.stringify({ valid, version: validator.version, errors })}\n`);
