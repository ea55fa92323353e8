// The window's host. The only file of the page that knows Tauri.

import { Channel, commands, events, type CommandError, type Result } from './bindings';
import { HostError, type Host, type Unlisten } from './host';

async function data<T>(reply: Promise<Result<T, CommandError>>): Promise<T> {
  let result;
  try {
    result = await reply;
  } catch (error) {
    // The bridge itself failed: a command that the window does not have, or arguments that it can't read.
    const message = error instanceof Error ? error.message : String(error);
    throw new HostError({ code: 'internal', message, detail: [] });
  }
  if (result.status === 'error') throw new HostError(result.error);
  return result.data;
}

async function done(reply: Promise<Result<null, CommandError>>): Promise<void> {
  await data(reply);
}

function channel<T>(on: (message: T) => void): Channel<T> {
  const made = new Channel<T>();
  made.onmessage = on;
  return made;
}

/** Subscribing is asynchronous there and synchronous here: ending it waits for it to have begun. */
function listening(begun: Promise<Unlisten>): Unlisten {
  return () => void begun.then((end) => end());
}

export const tauriHost: Host = {
  session: () => data(commands.session()),
  pageReady: () => done(commands.pageReady()),

  ask: (question, on) => data(commands.ask(question, channel(on))),
  stop: (turn) => done(commands.stop(turn)),
  cancelCall: (turn, call) => done(commands.cancelCall(turn, call)),
  cancelBatch: (turn, batch) => done(commands.cancelBatch(turn, batch)),
  approve: (turn, answers) => done(commands.approve(turn, answers)),
  releaseBatch: (turn, batch, approval) => done(commands.releaseBatch(turn, batch, approval)),
  retryCall: (call, args) => data(commands.retryCall(call, args)),
  conversationSettings: (id) => data(commands.conversationSettings(id)),
  saveConversationSettings: (id, settings) => done(commands.saveConversationSettings(id, settings)),

  conversations: (limit) => data(commands.conversations(limit)),
  conversation: (id) => data(commands.conversation(id)),
  call: (id) => data(commands.call(id)),
  wire: (turn) => data(commands.wire(turn)),
  payload: (seq, commitment) => data(commands.payload(seq, commitment)),
  prove: (seq) => data(commands.prove(seq)),
  entry: (seq) => data(commands.entry(seq)),
  verify: (on) => data(commands.verify(channel(on))),
  verifyStop: () => done(commands.verifyStop()),
  lastVerified: () => data(commands.lastVerified()),

  search: (text, before, limit) => data(commands.search(text, before, limit)),
  filterCheck: (text) => data(commands.filterCheck(text)),
  complete: (text, cursor) => data(commands.complete(text, cursor)),
  facets: (text) => data(commands.facets(text)),
  overview: (text) => data(commands.overview(text)),
  answers: (before, limit) => data(commands.answers(before, limit)),
  tiesByWeek: (since) => data(commands.tiesByWeek(since)),
  turnView: (turn) => data(commands.turnView(turn)),
  savedFilters: () => data(commands.savedFilters()),
  saveFilters: (list) => done(commands.saveFilters(list)),

  exportPreview: (scope) => data(commands.exportPreview(scope)),
  exportMake: (scope, payloads, recipient, on) => data(commands.exportMake(scope, payloads, recipient, channel(on))),
  answerSave: (turn, form) => data(commands.answerSave(turn, form)),
  exportView: (text, form) => data(commands.exportView(text, form)),
  showInFolder: (path) => done(commands.showInFolder(path)),

  erasePreview: (scope) => data(commands.erasePreview(scope)),
  erase: (scope, why) => data(commands.erase(scope, why)),
  holds: () => data(commands.holds()),
  holdAdd: (scope, why) => data(commands.holdAdd(scope, why)),
  holdRelease: (hold, why) => done(commands.holdRelease(hold, why)),
  retention: () => data(commands.retention()),
  saveRetention: (retention) => done(commands.saveRetention(retention)),
  retentionPreview: (retention) => data(commands.retentionPreview(retention)),
  retentionApply: () => data(commands.retentionApply()),

  ownDetectors: () => data(commands.ownDetectors()),
  saveOwnDetectors: (own) => done(commands.saveOwnDetectors(own)),
  classified: (text, own) => data(commands.classified(text, own)),
  aboveClearance: () => data(commands.aboveClearance()),
  saveAboveClearance: (above) => done(commands.saveAboveClearance(above)),
  falseAlarms: () => data(commands.falseAlarms()),
  dismissFinding: (call, kind, carried, pointer, why) => done(commands.dismissFinding(call, kind, carried, pointer, why)),
  restoreFinding: (alarm, why) => done(commands.restoreFinding(alarm, why)),
  lowerLabel: (conversation, to, why) => data(commands.lowerLabel(conversation, to, why)),

  anchors: () => data(commands.anchors()),
  anchorSave: (spec) => done(commands.anchorSave(spec)),
  anchorRemove: (name) => done(commands.anchorRemove(name)),
  anchorNow: () => data(commands.anchorNow()),
  anchorTest: (spec) => data(commands.anchorTest(spec)),
  anchorWrites: () => data(commands.anchorWrites()),
  anchorWritesSave: (how) => done(commands.anchorWritesSave(how)),

  bundleOpen: (path, identity, vkey) => data(commands.bundleOpen(path, identity, vkey)),
  bundleEntry: (seq) => data(commands.bundleEntry(seq)),
  bundleCall: (call) => data(commands.bundleCall(call)),
  bundleWire: (turn) => data(commands.bundleWire(turn)),
  bundleClose: () => done(commands.bundleClose()),
  reviewStart: () => done(commands.reviewStart()),
  reviewEnd: () => done(commands.reviewEnd()),
  reviewOpen: (call) => data(commands.reviewOpen(call)),
  roles: () => data(commands.roles()),
  saveRoles: (roles) => done(commands.saveRoles(roles)),
  keyRotate: () => data(commands.keyRotate()),

  sourceCheck: (toml) => data(commands.sourceCheck(toml)),
  sourceDraft: (draft, tool, args) => data(commands.sourceDraft(draft, tool, args)),
  sourceSave: (toml) => done(commands.sourceSave(toml)),
  sourceRemove: (name) => done(commands.sourceRemove(name)),
  sourceToml: (name) => data(commands.sourceToml(name)),
  sourceExport: (name) => data(commands.sourceExport(name)),
  sourceTest: (name) => data(commands.sourceTest(name)),
  sourceSignIn: (name) => done(commands.sourceSignIn(name)),
  sourceSignOut: (name) => done(commands.sourceSignOut(name)),
  toolCall: (tool, args) => data(commands.toolCall(tool, args)),
  checkArguments: (tool, args) => data(commands.checkArguments(tool, args)),
  toolRequest: (tool, args) => data(commands.toolRequest(tool, args)),
  pauseSource: (name) => done(commands.pauseSource(name)),
  resumeSource: (name) => done(commands.resumeSource(name)),
  lint: () => data(commands.lint()),

  importBegin: () => data(commands.importBegin()),
  importPiece: (id, piece) => done(commands.importPiece(id, piece)),
  importFrom: (id, address) => data(commands.importFrom(id, address)),
  importReferences: (id, origins) => data(commands.importReferences(id, origins)),
  importLook: (id, input) => data(commands.importLook(id, input)),
  importChanges: (id, name) => data(commands.importChanges(id, name)),
  importSave: (id, pick) => data(commands.importSave(id, pick)),
  importClose: (id) => done(commands.importClose(id)),

  mcpLook: (connection) => data(commands.mcpLook(connection)),
  mcpSignIn: (connection, accepted) => data(commands.mcpSignIn(connection, accepted)),
  mcpRefresh: (name) => done(commands.mcpRefresh(name)),
  heldTools: (name) => data(commands.heldTools(name)),
  acceptTools: (name, tool) => data(commands.acceptTools(name, tool)),
  serverLog: (name) => data(commands.serverLog(name)),
  serverQuestions: (on) => done(commands.serverQuestions(channel(on))),
  answerServer: (question, answer) => data(commands.answerServer(question, answer)),

  runSettings: () => data(commands.runSettings()),
  saveRunSettings: (settings) => done(commands.saveRunSettings(settings)),

  modelSave: (spec) => done(commands.modelSave(spec)),
  modelRemove: (name) => done(commands.modelRemove(name)),
  modelTest: (spec) => data(commands.modelTest(spec)),
  modelPresets: () => data(commands.modelPresets()),
  modelsDiscover: () => data(commands.modelsDiscover()),
  usage: (since) => data(commands.usage(since)),

  network: () => data(commands.network()),
  saveNetwork: (settings) => done(commands.saveNetwork(settings)),

  secretNames: () => data(commands.secretNames()),
  secretSet: (name, value) => done(commands.secretSet(name, value)),
  secretRemove: (name) => done(commands.secretRemove(name)),

  workspaceCreate: (input) => data(commands.workspaceCreate(input)),
  workspaceUnlock: (passphrase) => done(commands.workspaceUnlock(passphrase)),
  workspaceRecover: (recoveryKey, passphrase) => done(commands.workspaceRecover(recoveryKey, passphrase)),
  workspaceWrite: () => done(commands.workspaceWrite()),
  demoOpen: () => done(commands.demoOpen()),
  settingSet: (key, value) => done(commands.settingSet(key, value)),
  openExternal: (url) => done(commands.openExternal(url)),

  onTrailChanged: (on) => listening(events.trailChanged.listen((event) => on(event.payload))),
  onSessionChanged: (on) => listening(events.sessionChanged.listen(() => on())),
};
