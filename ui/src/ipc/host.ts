// What the page may ask of the program it runs in. Everything else in the page knows this interface and no host.

import type {
  AboveClearance,
  Advice,
  AnchorSpec,
  AnchorView,
  AnchorWrites,
  AnswerRow,
  Approval,
  ApprovalInput,
  AskInput,
  Asked,
  BatchId,
  BundleMade,
  BundlePreview,
  BundleScope,
  BundleView,
  CallDetail,
  CallId,
  Carried,
  ClassifiedText,
  Code,
  CommandError,
  Commitment,
  Completion,
  ConversationId,
  ConversationRow,
  ConversationSettings,
  ConversationView,
  DaySpent,
  DocumentForm,
  EntryView,
  EraseInput,
  ErasePreview,
  Erased,
  Facets,
  FalseAlarm,
  FilterMistake,
  FoundServer,
  HoldId,
  HoldScope,
  HeldView,
  HoldView,
  ImportChanges,
  ImportFetched,
  ImportInput,
  ImportPreview,
  ImportReferences,
  ImportSaved,
  Label,
  Level,
  McpConnection,
  McpLook,
  McpSignIn,
  ModelReport,
  ModelSpec,
  NetworkSettings,
  Overview,
  OwnDetectors,
  PayloadView,
  PickInput,
  Preset,
  Progress,
  ProofView,
  QuestionChange,
  RequestPreview,
  Retention,
  Roles,
  RunEvent,
  RunSettings,
  SavedFilter,
  SearchPage,
  SecretName,
  Seq,
  ServerAnswer,
  Session,
  SignInAccepted,
  SourceCheck,
  SourceDraft,
  SourceName,
  SourceReport,
  TieWeek,
  ToolId,
  TrailChanged,
  TurnId,
  TurnView,
  VerifyReport,
  ViewForm,
  WireView,
  WorkspaceCreated,
  WorkspaceInput,
} from './bindings';

export type * from './bindings';

/** Ends a subscription. */
export type Unlisten = () => void;

/** Every method rejects with a `HostError` and nothing else. */
export interface Host {
  session(): Promise<Session>;
  /** Tells the host that the page has mounted. */
  pageReady(): Promise<void>;

  /** Begins a turn. Events arrive in order; after `turn_ended` none follows. */
  ask(question: AskInput, on: (event: RunEvent) => void): Promise<Asked>;
  stop(turn: TurnId): Promise<void>;
  cancelCall(turn: TurnId, call: CallId): Promise<void>;
  cancelBatch(turn: TurnId, batch: BatchId): Promise<void>;
  approve(turn: TurnId, answers: ApprovalInput[]): Promise<void>;
  /** Lets a held batch go, or refuses all of it. */
  releaseBatch(turn: TurnId, batch: BatchId, approval: Approval): Promise<void>;
  /** Makes an ended call again by hand, with these arguments if some are given, and waits for its end. */
  retryCall(call: CallId, args: string | null): Promise<CallDetail>;
  conversationSettings(id: ConversationId): Promise<ConversationSettings>;
  saveConversationSettings(id: ConversationId, settings: ConversationSettings): Promise<void>;

  conversations(limit: number): Promise<ConversationRow[]>;
  conversation(id: ConversationId): Promise<ConversationView | null>;
  call(id: CallId): Promise<CallDetail | null>;
  /** A payload's text from the start, longer than `call` gives it. */
  payload(seq: Seq, commitment: Commitment): Promise<PayloadView | null>;
  /** What went to the model in a turn and what came back, oldest first. */
  wire(turn: TurnId): Promise<WireView[]>;
  prove(seq: Seq): Promise<ProofView>;
  entry(seq: Seq): Promise<EntryView | null>;
  /** Rejects if `verifyStop` ended it. */
  verify(on: (progress: Progress) => void): Promise<VerifyReport>;
  verifyStop(): Promise<void>;
  lastVerified(): Promise<VerifyReport | null>;

  /** Calls that a filter finds, newest first, those before an entry. Rejects if the filter has a mistake. */
  search(text: string, before: Seq | null, limit: number): Promise<SearchPage>;
  filterCheck(text: string): Promise<FilterMistake | null>;
  /** `cursor` and all places in what comes back count UTF-16 code units. */
  complete(text: string, cursor: number): Promise<Completion[]>;
  facets(text: string): Promise<Facets>;
  overview(text: string): Promise<Overview>;
  answers(before: Seq | null, limit: number): Promise<AnswerRow[]>;
  /** How well the answers of each model tied out in each week since then, in microseconds, the newest week first. */
  tiesByWeek(since: number): Promise<TieWeek[]>;
  turnView(turn: TurnId): Promise<TurnView>;
  savedFilters(): Promise<SavedFilter[]>;
  saveFilters(list: SavedFilter[]): Promise<void>;

  exportPreview(scope: BundleScope): Promise<BundlePreview>;
  /** Into the Downloads folder; encrypted if an age recipient is given. */
  exportMake(scope: BundleScope, payloads: boolean, recipient: string | null, on: (progress: Progress) => void): Promise<BundleMade>;
  exportView(text: string, form: ViewForm): Promise<BundleMade>;
  /** Writes an answer with footnotes into the Downloads folder. */
  answerSave(turn: TurnId, form: DocumentForm): Promise<BundleMade>;
  /** Only of files that this run has made. */
  showInFolder(path: string): Promise<void>;

  erasePreview(scope: EraseInput): Promise<ErasePreview>;
  /** For good: there is no way back. */
  erase(scope: EraseInput, why: string): Promise<Erased>;
  holds(): Promise<HoldView[]>;
  holdAdd(scope: HoldScope, why: string): Promise<HoldView>;
  holdRelease(hold: HoldId, why: string): Promise<void>;
  retention(): Promise<Retention>;
  /** Erases nothing by itself. */
  saveRetention(retention: Retention): Promise<void>;
  retentionPreview(retention: Retention): Promise<ErasePreview>;
  /** Applies what is saved. */
  retentionApply(): Promise<Erased>;

  ownDetectors(): Promise<OwnDetectors>;
  saveOwnDetectors(own: OwnDetectors): Promise<void>;
  /** What is found with these patterns and lists; nothing is recorded. */
  classified(text: string, own: OwnDetectors): Promise<ClassifiedText>;
  aboveClearance(): Promise<AboveClearance>;
  saveAboveClearance(above: AboveClearance): Promise<void>;
  falseAlarms(): Promise<FalseAlarm[]>;
  dismissFinding(call: CallId, kind: string, carried: Carried, pointer: string, why: string): Promise<void>;
  restoreFinding(alarm: FalseAlarm, why: string): Promise<void>;
  /** Gives the label as it stands then. */
  lowerLabel(conversation: ConversationId, to: Level, why: string): Promise<Label>;

  anchors(): Promise<AnchorView[]>;
  anchorSave(spec: AnchorSpec): Promise<void>;
  anchorRemove(name: string): Promise<void>;
  anchorNow(): Promise<AnchorView[]>;
  /** What happened, in words. */
  anchorTest(spec: AnchorSpec): Promise<string>;
  /** Whether a write waits until an anchor holds a checkpoint of it. */
  anchorWrites(): Promise<AnchorWrites>;
  anchorWritesSave(how: AnchorWrites): Promise<void>;

  /** `identity`: an age identity, or the file that holds one; not kept. `vkey`: the trail's key, as its reader has it. */
  bundleOpen(path: string, identity: string | null, vkey: string | null): Promise<BundleView>;
  bundleEntry(seq: Seq): Promise<EntryView>;
  bundleCall(call: CallId): Promise<CallDetail>;
  /** As `wire`; bodies that the bundle does not hold are left out. */
  bundleWire(turn: TurnId): Promise<WireView[]>;
  bundleClose(): Promise<void>;
  reviewStart(): Promise<void>;
  reviewEnd(): Promise<void>;
  /** Opens a call's payloads while reviewing, which is on record. */
  reviewOpen(call: CallId): Promise<CallDetail>;
  roles(): Promise<Roles>;
  saveRoles(roles: Roles): Promise<void>;
  /** The new verifier key. */
  keyRotate(): Promise<string>;

  sourceCheck(toml: string): Promise<SourceCheck>;
  /** Checks a source that a form describes (JSON of a `SourceSpec`), and what a call of its tool at that place would send. */
  sourceDraft(draft: string, tool: number | null, args: string): Promise<SourceDraft>;
  sourceSave(toml: string): Promise<void>;
  sourceRemove(name: SourceName): Promise<void>;
  sourceToml(name: SourceName): Promise<string>;
  /** Writes its file into the Downloads folder, and says where. */
  sourceExport(name: SourceName): Promise<string>;
  sourceTest(name: SourceName): Promise<SourceReport>;
  /** Opens the system's browser, and is over when the person has signed in there. */
  sourceSignIn(name: SourceName): Promise<void>;
  sourceSignOut(name: SourceName): Promise<void>;
  toolCall(tool: ToolId, args: string): Promise<CallDetail>;
  /** What of these arguments does not fit the tool; empty if they fit. */
  checkArguments(tool: ToolId, args: string): Promise<string[]>;
  /** What a call would send, its key named and not shown. Nothing is sent. */
  toolRequest(tool: ToolId, args: string): Promise<RequestPreview>;
  pauseSource(name: SourceName): Promise<void>;
  resumeSource(name: SourceName): Promise<void>;
  lint(): Promise<Advice[]>;

  /** Begins a description of an API, in the place of one that is looked at; its text follows in pieces. Gives its number. */
  importBegin(): Promise<number>;
  importPiece(id: number, piece: string): Promise<void>;
  /** Fetches a description from its address, on record. Another host that it is said to be at is told, and not asked. */
  importFrom(id: number, address: string): Promise<ImportFetched>;
  /** Fetches what a fetched description refers to, from these origins alone. */
  importReferences(id: number, origins: string[]): Promise<ImportReferences>;
  /** Reads what has come. */
  importLook(id: number, input: ImportInput): Promise<ImportPreview>;
  importChanges(id: number, name: SourceName): Promise<ImportChanges>;
  importSave(id: number, pick: PickInput): Promise<ImportSaved>;
  importClose(id: number): Promise<void>;

  /** Asks a server what it offers. Saves nothing. */
  mcpLook(connection: McpConnection): Promise<McpLook>;
  /** Opens the system's browser if every host that is asked for it is accepted, and is over when the person has signed in. */
  mcpSignIn(connection: McpConnection, accepted: SignInAccepted): Promise<McpSignIn>;
  mcpRefresh(name: SourceName): Promise<void>;
  heldTools(name: SourceName): Promise<HeldView[]>;
  /** Of all that are held if none is named. */
  acceptTools(name: SourceName, tool: string | null): Promise<string[]>;
  serverLog(name: SourceName): Promise<string>;
  /** What servers ask comes here from now on, what waits already first. */
  serverQuestions(on: (change: QuestionChange) => void): Promise<void>;
  /** Whether the server still waited. Rejects if the answer does not fit its form. */
  answerServer(question: number, answer: ServerAnswer): Promise<boolean>;

  runSettings(): Promise<RunSettings>;
  saveRunSettings(settings: RunSettings): Promise<void>;

  modelSave(spec: ModelSpec): Promise<void>;
  modelRemove(name: string): Promise<void>;
  modelTest(spec: ModelSpec): Promise<ModelReport>;
  /** Who models can be had from, the best known first. */
  modelPresets(): Promise<Preset[]>;
  /** Servers of models on this machine, on their usual ports. Asking them is on record. */
  modelsDiscover(): Promise<FoundServer[]>;
  /** What each model used on each day since then, in microseconds, the newest day first. */
  usage(since: number): Promise<DaySpent[]>;

  network(): Promise<NetworkSettings>;
  /** Rejects, and changes nothing, if the proxy’s address, its password or a file of certificates can't be used. */
  saveNetwork(settings: NetworkSettings): Promise<void>;

  secretNames(): Promise<SecretName[]>;
  /** The one way for a secret: in. Nothing reads one back. */
  secretSet(name: SecretName, value: string): Promise<void>;
  secretRemove(name: SecretName): Promise<void>;

  workspaceCreate(input: WorkspaceInput): Promise<WorkspaceCreated>;
  workspaceUnlock(passphrase: string): Promise<void>;
  /** Opens the locked workspace with its recovery key; the passphrase is for a new file of keys, if there is one. */
  workspaceRecover(recoveryKey: string, passphrase: string | null): Promise<void>;
  /** Goes on as the writer of what is open for reading. Rejects with `read_only` while another program writes. */
  workspaceWrite(): Promise<void>;
  demoOpen(): Promise<void>;
  settingSet(key: string, value: unknown): Promise<void>;
  /** Opens an address in the system's browser. The caller has shown it in full and was told to go on. */
  openExternal(url: string): Promise<void>;

  onTrailChanged(on: (change: TrailChanged) => void): Unlisten;
  onSessionChanged(on: () => void): Unlisten;
}

/** What a host refused, with the code on which the page acts. */
export class HostError extends Error {
  readonly code: Code;
  readonly detail: string[];

  constructor({ code, message, detail }: CommandError) {
    super(message);
    this.name = 'HostError';
    this.code = code;
    this.detail = detail;
  }
}

/** The words of anything that was thrown. */
export function wordsOf(thrown: unknown): string {
  if (thrown instanceof HostError) return [thrown.message, ...thrown.detail].join('\n');
  return thrown instanceof Error ? thrown.message : String(thrown);
}
