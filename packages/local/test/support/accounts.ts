export const accounts = ['sourceaccount', 'backupaccount'].map((name, index) => ({
  name,
  key: Buffer.alloc(32, index + 1).toString('base64'),
}));
