// The peer bpmn-engine: the same six tasks as BPMN, the state saved in PostgreSQL and recovered from it at each step.
import { EventEmitter } from 'node:events';
import { Engine } from 'bpmn-engine';
import pg from 'pg';

const BPMN = `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="bench"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><process id="six" isExecutable="true">
<startEvent id="start"/><userTask id="receive"/><exclusiveGateway id="which" default="long"/>
<scriptTask id="limit_short" scriptFormat="javascript"><script>environment.output.fee = 75000; next();</script></scriptTask>
<scriptTask id="limit_long" scriptFormat="javascript"><script>environment.output.fee = 150000; next();</script></scriptTask>
<exclusiveGateway id="one"/><parallelGateway id="split"/>
<scriptTask id="charge" scriptFormat="javascript"><script>environment.output.charged = true; next();</script></scriptTask>
<userTask id="examine"/>
<boundaryEvent id="late" attachedToRef="examine" cancelActivity="false"><timerEventDefinition>
<timeDuration xsi:type="tFormalExpression">P10D</timeDuration></timerEventDefinition></boundaryEvent>
<parallelGateway id="together"/>
<scriptTask id="close" scriptFormat="javascript"><script>environment.output.closed = true; next();</script></scriptTask>
<endEvent id="end"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="receive"/><sequenceFlow id="f2" sourceRef="receive" targetRef="which"/>
<sequenceFlow id="short" sourceRef="which" targetRef="limit_short"><conditionExpression xsi:type="tFormalExpression"
 language="javascript">next(null, environment.variables.area &lt; 100);</conditionExpression></sequenceFlow>
<sequenceFlow id="long" sourceRef="which" targetRef="limit_long"/>
<sequenceFlow id="f3" sourceRef="limit_short" targetRef="one"/><sequenceFlow id="f4" sourceRef="limit_long" targetRef="one"/>
<sequenceFlow id="f5" sourceRef="one" targetRef="split"/><sequenceFlow id="f6" sourceRef="split" targetRef="charge"/>
<sequenceFlow id="f7" sourceRef="split" targetRef="examine"/><sequenceFlow id="f8" sourceRef="charge" targetRef="together"/>
<sequenceFlow id="f9" sourceRef="examine" targetRef="together"/>
<sequenceFlow id="f11" sourceRef="together" targetRef="close"/><sequenceFlow id="f12" sourceRef="close" targetRef="end"/>
</process></definitions>`;
const WORDS = 'Xây dựng nhà ở riêng lẻ, một tầng, tường gạch, mái tôn, móng đơn, không lấn ra đường và không che lối đi. ';

function part(text, name) {
  return (new RegExp(`${name}='?([^' ]+)`).exec(text) ?? [])[1];
}

const [dsn, wanted] = process.argv.slice(2);
const count = Number(wanted);
const server = {
  host: part(dsn, 'host'), port: Number(part(dsn, 'port')), user: part(dsn, 'user'), password: part(dsn, 'password'),
};
const admin = new pg.Client({ ...server, database: 'postgres' });
await admin.connect();
await admin.query('DROP DATABASE IF EXISTS peer_bpmn_engine');
await admin.query('CREATE DATABASE peer_bpmn_engine');
await admin.end();
const store = new pg.Client({ ...server, database: 'peer_bpmn_engine' });
await store.connect();
await store.query('CREATE TABLE instance (id int PRIMARY KEY, state jsonb NOT NULL)');

const began = process.cpuUsage();
const waits = [];
for (let number = 0; number < count; number += 1) {
  const variables = { full_name: `Người Mẫu ${number}`, area: 50 + 100 * (number % 2), description: WORDS.repeat(12).slice(0, 800) };
  const first = new Engine({ name: `bench ${number}`, source: BPMN, variables });
  const waiting = new EventEmitter();
  const asked = new Promise((resolve) => { waiting.once('activity.wait', resolve); });
  await first.execute({ listener: waiting, variables });
  await asked;
  await store.query('INSERT INTO instance VALUES ($1, $2)', [number, JSON.stringify(await first.getState())]);
  await first.stop();
  for (const [step, next] of [['receive', 'examine'], ['examine', '']]) {
    const before = performance.now();
    await store.query('BEGIN');
    const { rows } = await store.query('SELECT state FROM instance WHERE id = $1 FOR UPDATE', [number]);
    const engine = new Engine({ name: `bench ${number}` }).recover(rows[0].state);
    const listener = new EventEmitter();
    const reached = new Promise((resolve, reject) => {
      listener.on('activity.wait', (api) => {
        if (api.id === step) api.signal();
        else if (api.id === next) resolve();
      });
      // The recovered engine emits no end of its own where a term was set: the end event is what counts.
      if (!next) listener.on('activity.end', (api) => { if (api.id === 'end') setImmediate(resolve); });
      engine.once('error', reject);
    });
    await engine.resume({ listener });
    await reached;
    const state = await engine.getState();
    await store.query('UPDATE instance SET state = $2 WHERE id = $1', [number, JSON.stringify(state)]);
    await store.query('COMMIT');
    if (next) await engine.stop();
    const kept = JSON.stringify(state);
    if (!next && !kept.includes('"closed":true')) throw new Error('the process has not come to its end');
    waits.push(performance.now() - before);
  }
}
const used = process.cpuUsage(began);
waits.sort((one, other) => one - other);
console.log(JSON.stringify({ cpu: (used.user + used.system) / 1000 / count, dossiers: count, p95: waits[Math.floor(waits.length * 0.95)] }));
await store.end();
process.exit(0);
