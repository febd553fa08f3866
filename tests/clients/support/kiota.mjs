// The Graph SDK that Kiota generates: its adapter, its models, its serializers. The part with the paths of calls is not
// published (@microsoft/msgraph-sdk-communications), so they are written here as its builders have them.
import { HttpMethod, ParseNodeFactoryRegistry, RequestInformation } from '@microsoft/kiota-abstractions';
import { AzureIdentityAuthenticationProvider } from '@microsoft/kiota-authentication-azure';
import { GraphRequestAdapter } from '@microsoft/msgraph-sdk';
import * as models from '@microsoft/msgraph-sdk/models/index.js';
import { createODataErrorFromDiscriminatorValue } from '@microsoft/msgraph-sdk/models/oDataErrors/index.js';

import { credential, scope } from './clients.mjs';

const json = 'application/json';
const calls = '{+baseurl}/communications/calls';
const call = `${calls}/{call%2Did}`;
const errors = { XXX: createODataErrorFromDiscriminatorValue };

const prompts = (writer, body) => {
  writer.writeCollectionOfObjectValues('prompts', body.prompts, models.serializeMediaPrompt);
};
const target = (writer, body) => {
  writer.writeObjectValue('transferTarget', body.transferTarget, models.serializeInvitationParticipantInfo);
};

/** How the body of each action is written, and what its answer is read as; without the latter there is none. */
const actions = {
  answer: {
    write: (writer, body) => {
      writer.writeCollectionOfEnumValues('acceptedModalities', body.acceptedModalities);
      writer.writeStringValue('callbackUri', body.callbackUri);
      writer.writeObjectValue('mediaConfig', body.mediaConfig, models.serializeMediaConfig);
    },
  },
  cancelMediaProcessing: { read: models.createCancelMediaProcessingOperationFromDiscriminatorValue },
  playPrompt: { write: prompts, read: models.createPlayPromptOperationFromDiscriminatorValue },
  recordResponse: {
    write: (writer, body) => {
      writer.writeNumberValue('maxRecordDurationInSeconds', body.maxRecordDurationInSeconds);
      writer.writeBooleanValue('playBeep', body.playBeep);
      writer.writeCollectionOfPrimitiveValues('stopTones', body.stopTones);
    },
    read: models.createRecordOperationFromDiscriminatorValue,
  },
  redirect: {
    write: (writer, body) => {
      writer.writeStringValue('callbackUri', body.callbackUri);
      writer.writeCollectionOfObjectValues('targets', body.targets, models.serializeInvitationParticipantInfo);
      writer.writeNumberValue('timeout', body.timeout);
    },
  },
  sendDtmfTones: {
    write: (writer, body) => writer.writeCollectionOfEnumValues('tones', body.tones),
    read: models.createSendDtmfTonesOperationFromDiscriminatorValue,
  },
  subscribeToTone: { read: models.createSubscribeToToneOperationFromDiscriminatorValue },
  transfer: { write: target },
};

/** Our plain objects name their type as JSON does, its models by a member of their own. */
function asModel(value) {
  if (Array.isArray(value)) return value.map(asModel);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => {
    return [name === '@odata.type' ? 'odataType' : name, asModel(member)];
  }));
}

export class KiotaClient {
  #readers = new ParseNodeFactoryRegistry();
  #adapter;

  constructor(server, whose = {}) {
    const hosts = new Set(['localhost']); // else it sends no token there
    const tokens = new AzureIdentityAuthenticationProvider(credential(server, whose), [scope], undefined, hosts);
    this.#adapter = new GraphRequestAdapter(tokens, this.#readers);
    this.#adapter.baseUrl = `${server.authorityHost}/v1.0`;
  }

  create(body) {
    const request = this.#request(HttpMethod.POST, calls);
    request.setContentFromParsable(this.#adapter, json, asModel(body), models.serializeCall);
    return this.#adapter.send(request, models.createCallFromDiscriminatorValue, errors);
  }

  act(id, action, body) {
    const { write = () => {}, read } = actions[action];
    const request = this.#request(HttpMethod.POST, `${call}/${action}`, id);
    request.setContentFromParsable(this.#adapter, json, asModel(body), (writer, value) => {
      if (value.clientContext !== undefined) writer.writeStringValue('clientContext', value.clientContext);
      write(writer, value);
    });
    if (read) return this.#adapter.send(request, read, errors);
    return this.#adapter.sendNoResponseContent(request, errors);
  }

  get(id) {
    return this.#adapter.send(this.#request(HttpMethod.GET, call, id), models.createCallFromDiscriminatorValue, errors);
  }

  operation(id, operation) {
    const request = this.#request(HttpMethod.GET, `${call}/operations/{commsOperation%2Did}`, id);
    request.pathParameters['commsOperation%2Did'] = operation;
    return this.#adapter.send(request, models.createCommsOperationFromDiscriminatorValue, errors);
  }

  delete(id) {
    return this.#adapter.sendNoResponseContent(this.#request(HttpMethod.DELETE, call, id), errors);
  }

  /** What a notification is about: a call or an operation, whichever its type says. */
  read(data) {
    const text = new TextEncoder().encode(JSON.stringify(data));
    return this.#readers.getRootParseNode(json, text.buffer).getObjectValue(models.createEntityFromDiscriminatorValue);
  }

  #request(method, path, id) {
    const request = new RequestInformation(method, path, { baseurl: this.#adapter.baseUrl, 'call%2Did': id });
    request.headers.tryAdd('Accept', json);
    return request;
  }
}
