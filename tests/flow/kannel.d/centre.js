// An SMPP centre on loopback: the operator behind the Kannel of tests/flow/kannel. It decodes what it is given as a phone would,
// and does what the last four digits of the recipient say:
//   9001 throttled     9002 invalid address    9003 system error    9004 queue full       (refused, nothing is kept)
//   9101 undeliverable 9102 expired            9103 rejected        9104 no receipt       (taken, that receipt)
//   9105 delivered, with its receipt held back until asked for; all else delivered at once
// Usage: node centre.js SMPP-PORT CONTROL-PORT LOG. The log gets one JSON object a submit. Control; each answers "yes", or "no"
// when Kannel is not connected:
//   POST /reply?from=&to=   sends the body as a reply, in parts when it is long, and answers when Kannel has acknowledged it
//   GET /receipts           sends the receipts that were held back
//   GET /bound
'use strict';
const fs = require('fs');
const http = require('http');
const smpp = require('smpp');

const [smppPort, controlPort, logPath] = process.argv.slice(2);
const REFUSALS = {
  9001: smpp.ESME_RTHROTTLED,
  9002: smpp.ESME_RINVDSTADR,
  9003: smpp.ESME_RSYSERR,
  9004: smpp.ESME_RMSGQFUL,
};
const RECEIPTS = {
  9101: {state: 5, word: 'UNDELIV', error: '001'},
  9102: {state: 3, word: 'EXPIRED', error: '027'},
  9103: {state: 8, word: 'REJECTD', error: '008'},
};
const DELIVERED = {state: 2, word: 'DELIVRD', error: '000'};
const HELD = '9105', NONE = '9104';

const sessions = new Set();
let held = [];
let nextId = Date.now(); // ids stay unique when the centre is started again

const bound = () => [...sessions][0];

function write(submit, status) {
  const message = submit.short_message;
  const line = {
    to: submit.destination_addr,
    from: submit.source_addr,
    text: typeof message.message === 'string' ? message.message : 'hex:' + Buffer.from(message.message).toString('hex'),
    coding: submit.data_coding,
    parts: message.udh ? 'udh' : '',
    validity: submit.validity_period instanceof Date ? submit.validity_period.getTime() : submit.validity_period,
    receipt: submit.registered_delivery,
    at: Date.now(),
    status,
  };
  fs.appendFileSync(logPath, JSON.stringify(line) + '\n');
}

function sendReceipt({to, from, id, receipt}) {
  const session = bound();
  if (!session) return;
  session.deliver_sm({
    source_addr_ton: 1, source_addr_npi: 1, source_addr: to,
    dest_addr_ton: 0, dest_addr_npi: 1, destination_addr: from,
    esm_class: 0x04, data_coding: 0, receipted_message_id: id, message_state: receipt.state,
    short_message: {
      message: `id:${id} sub:001 dlvrd:${receipt === DELIVERED ? '001' : '000'} submit date:2601011200 ` +
        `done date:2601011200 stat:${receipt.word} err:${receipt.error} text:`,
    },
  });
}

function onSubmit(session, submit) {
  const tail = submit.destination_addr.slice(-4);
  const status = REFUSALS[tail] || smpp.ESME_ROK;
  write(submit, status);
  if (status !== smpp.ESME_ROK) {
    session.send(submit.response({command_status: status}));
    return;
  }
  const id = 'C' + (nextId++).toString(16);
  session.send(submit.response({message_id: id}));
  const due = {to: submit.destination_addr, from: submit.source_addr, id, receipt: RECEIPTS[tail] || DELIVERED};
  if (!(submit.registered_delivery & 1) || tail === NONE) return;
  if (tail === HELD) held.push(due);
  else setTimeout(sendReceipt, 50, due);
}

smpp.createServer((session) => {
  session.on('error', () => {});
  session.on('close', () => sessions.delete(session));
  session.on('bind_transceiver', (bind) => {
    sessions.add(session);
    session.send(bind.response({system_id: 'centre'}));
  });
  session.on('unbind', (unbind) => {
    session.send(unbind.response());
    session.close();
  });
  session.on('enquire_link', (enquiry) => session.send(enquiry.response()));
  session.on('submit_sm', (submit) => onSubmit(session, submit));
}).listen(Number(smppPort), '127.0.0.1');

// Longer texts go out in parts of 67 UCS-2 units, as phones send them.
function partsOf(text) {
  if (/^[\x20-\x5a\x61-\x7aåäöÅÄÖ\n]*$/.test(text)) return [{data_coding: 0, short_message: {message: text}}];
  if (text.length <= 70) return [{data_coding: 8, short_message: {message: text}}];
  const count = Math.ceil(text.length / 67), reference = nextId++ & 0xff;
  return Array.from({length: count}, (_, i) => ({
    esm_class: 0x40, data_coding: 8,
    short_message: {udh: Buffer.from([5, 0, 3, reference, count, i + 1]), message: text.slice(67 * i, 67 * (i + 1))},
  }));
}

function sendReply(from, to, text, then) {
  const parts = partsOf(text);
  let waiting = parts.length, status = smpp.ESME_ROK;
  for (const part of parts) {
    bound().deliver_sm({
      source_addr_ton: 1, source_addr_npi: 1, source_addr: from,
      dest_addr_ton: 0, dest_addr_npi: 1, destination_addr: to, ...part,
    }, (acknowledged) => {
      status ||= acknowledged.command_status;
      if (--waiting === 0) then(status === smpp.ESME_ROK);
    });
  }
}

http.createServer(async (request, answer) => {
  const url = new URL(request.url, 'http://centre');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const finish = (done) => answer.end(done ? 'yes' : 'no');
  if (!bound()) {
    finish(false);
    return;
  }
  if (url.pathname === '/reply') {
    const text = Buffer.concat(chunks).toString('utf8');
    sendReply(url.searchParams.get('from'), url.searchParams.get('to'), text, finish);
    return;
  }
  if (url.pathname === '/receipts') {
    held.forEach(sendReceipt);
    held = [];
  }
  finish(true);
}).listen(Number(controlPort), '127.0.0.1');
