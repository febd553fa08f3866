// Who the bot is and where things are, from the environment. README.md has the table.

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; the server's dev.env has it`);
  return value;
}

const listen = process.env.BOT_LISTEN ?? '127.0.0.1:9000';

export const settings = {
  server: process.env.TONEARM_URL ?? 'https://localhost:8443',
  tenant: required('TONEARM_TENANT_ID'),
  clientId: required('TONEARM_CLIENT_ID'),
  clientSecret: required('TONEARM_CLIENT_SECRET'),
  listen: { host: listen.replace(/:\d+$/, ''), port: Number(listen.split(':').at(-1)) },
  publicUrl: process.env.BOT_PUBLIC_URL ?? `http://${listen}`,
};
