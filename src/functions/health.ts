/** Says that the app is up. Whether the mirror keeps pace is another question, answered elsewhere. */
import { app } from '@azure/functions';

app.http('health', {
  route: 'api/health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: () => ({ jsonBody: { status: 'ok' } }),
});
