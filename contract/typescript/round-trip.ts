// Uses the hub by types made of its own document: carries an idea from its submission to its deletion, and is told what is
// wrong with a change.
import createClient from 'openapi-fetch';
import type { paths } from './api.js';

declare const process: { env: Record<string, string | undefined> };

const { HUB_URL, HUB_TOKEN } = process.env;
const hub = createClient<paths>({
  baseUrl: HUB_URL,
  headers: { Authorization: `Bearer ${HUB_TOKEN}`, 'x-ah-openapi-auth': 'openapi-token' },
});

function same<T>(found: T, expected: T, what: string): void {
  if (found !== expected) throw new Error(`${what}: ${String(found)} in place of ${String(expected)}`);
}

function there<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`${what} is missing`);
  return value;
}

const caller = there((await hub.GET('/authinfo')).data, 'the caller').data;
const me = there(caller.user, 'the user of the token');

const tree = there((await hub.GET('/hierarchy')).data, 'the category tree').data;
const category = there(tree.categories.find((one) => one.category_is_active === 1), 'an active category');

const name = 'Round trip in TypeScript';
const submitted = await hub.POST('/automationidea', {
  body: {
    process_name: name,
    process_description: 'Submitted by a client made of the document.',
    category_id: category.category_id,
    rules: 5,
    input_type: 4,
    input_quality: 3,
    stability: 4,
    documentation: 2,
    owner: me.user_email,
  },
});
const created = there(submitted.data, 'what was created').data;
same(submitted.response.status, 201, 'status of creating');

const params = { path: { id: String(created.process_id) } };
const record = there((await hub.GET('/automations/{id}', { params })).data, 'the record').data;
same(record.process_name, name, 'name');
same(record.process_submitter.user_email, me.user_email, 'submitter');

const listed = await hub.GET('/automations', { params: { query: { search: name, limit: 5 } } });
const page = there(listed.data, 'the list').data;
same(page.processes.some((one) => one.process_id === created.process_id), true, 'found in the list');

const again = await hub.POST('/automations/{id}/tags', { params, body: { tags: ['x'.repeat(51)] } });
const problem = there(again.error, 'a refusal');
same(problem.statusCode, 400, 'status of the refusal');
same('tags/0' in problem.errorDetails, true, 'the refusal names the tag');

const APPROVED = 47;
const text = 'How it goes';
const added = await hub.POST('/automations/{id}/documents', {
  params,
  body: {
    document_title: 'Plan',
    document_description: 'From the order to the payment',
    document_type_id: 1,
    file: { file_name: 'plan.txt', mimetype: 'text/plain', file_encoding: 'base64', file_content: btoa(text) },
  },
});
const file = there(there(added.data, 'what was attached').data.file_id, 'the id of the file');
const bytes = await hub.GET('/download/file/{file_id}', { params: { path: { file_id: file } }, parseAs: 'text' });
same(bytes.data, text, 'the file');

const moved = await hub.POST('/automations/status', {
  body: { process_id: created.process_id, phase_status_id: APPROVED },
});
same(moved.response.status, 201, 'status of approving');
const tagged = await hub.POST('/automations/{id}/tags', { params, body: { tags: ['Made by a client'] } });
same(tagged.response.status, 200, 'status of tagging');

const changed = await hub.GET('/automations/{id}', { params });
const version = there(changed.response.headers.get('etag'), 'the tag of the record');
same(there(changed.data, 'the changed record').data.tags.join(), 'Made by a client', 'tags');
const unchanged = await hub.GET('/automations/{id}', { params: { ...params, header: { 'If-None-Match': version } } });
same(unchanged.response.status, 304, 'status of what is known');

const removed = await hub.DELETE('/automations/{id}', { params });
same(removed.response.status, 200, 'status of deleting');
const gone = await hub.GET('/automations/{id}', { params });
same(there(gone.error, 'a refusal').statusCode, 404, 'status of what is gone');
