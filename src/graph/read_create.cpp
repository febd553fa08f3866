#include "graph/read_create.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "graph/errc.hpp"
#include "graph/limits.hpp"
#include "graph/members.hpp"
#include "graph/names.hpp"
#include "graph/read_body.hpp"
#include "graph/read_identity.hpp"
#include "graph/read_media.hpp"

namespace tonearm::graph {
namespace {

using call::Party;

call::Party read_target(Members target, const Requester& requester) {
  if (target.has("replacesCallId")) {
    target.refuse("replacesCallId", "is for invitations to group calls, which this server does not do yet");
  }
  auto party = read_identity(target);
  if (!party) return {};
  if (party->kind != Party::Kind::user && party->kind != Party::Kind::phone) {
    target.refuse("identity", "names an application, which cannot be called: call a user or a phone");
  }
  if (party->kind == Party::Kind::user && party->tenant_id.empty()) {
    party->tenant_id = requester.tenant.to_string();
  }
  return *party;
}

Party read_targets(Members& body, const Requester& requester) {
  const auto targets = body.list("targets", kTargetsMax);
  for (const std::string_view meeting : {"meetingInfo", "chatInfo"}) {
    if (body.has(meeting)) {
      body.refuse(meeting, "is for Teams meetings, which this server does not join: call a user or a phone");
    }
  }
  if (targets.empty()) {
    body.refuse("targets", "must have one entry: whom to call");
    return {};
  }
  if (targets.size() > 1) {
    body.refuse("targets", "must have one entry: group calls are not done yet");
    return {};
  }
  return read_target(body.entry(targets.front(), "targets", 0), requester);
}

/// The application itself, its resource account or its number; the latter two are checked by whoever knows
/// them.
std::optional<Party> read_source(Members& body, const Requester& requester) {
  auto source = body.object("source");
  if (!source) return std::nullopt;
  auto party = read_identity(*source);
  if (!party) return std::nullopt;
  if (party->kind == Party::Kind::user) {
    source->refuse("identity", "must be the application, its applicationInstance or its phone");
  }
  if (party->kind == Party::Kind::application && party->id != requester.application.to_string()) {
    source->refuse("identity", "must be the application that the access token is for");
  }
  return party;
}

std::vector<std::string> read_modalities(Members& body) {
  std::vector<std::string> names;
  for (const std::size_t at : body.each_of("requestedModalities", modalities(), modalities().size())) {
    names.emplace_back(modalities()[at]);
  }
  if (names.empty()) names = {"audio"};
  if (std::ranges::find(names, "audio") == names.end()) {
    body.refuse("requestedModalities", "must have \"audio\": service-hosted calls carry nothing else");
  }
  return names;
}

/// What clients send along and nothing here depends on: still it must make sense.
void check_the_rest(Members& body) {
  constexpr std::array<std::string_view, 1> kOutgoing{"outgoing"};
  (void)body.one_of("direction", kOutgoing);
  (void)body.object("callOptions");
}

/// Beta only: on v1.0 the metadata has no such member, so it is ignored like every unknown one.
std::optional<std::chrono::seconds> read_ringing_limit(Members& body, const ReadOptions& options) {
  constexpr std::string_view kName = "ringingTimeoutInSeconds";
  if (options.version != Version::beta || !body.has(kName)) return std::nullopt;
  return std::chrono::seconds(body.number(kName, kRingingMaxSeconds, 1, kRingingMaxSeconds));
}

bool is_other_tenant(Members& body, const Requester& requester) {
  const auto tenant = body.text("tenantId", kIdentityBytesMax);
  return tenant && !tenant->empty() && call::TenantId::parse(*tenant) != requester.tenant;
}

}  // namespace

base::Result<call::CreateCall> read_create_call(std::string_view body, const ReadOptions& options,
                                                const Requester& requester) {
  const auto value = read_body(body, options);
  if (!value) return std::unexpected(value.error());
  Verdict verdict;
  refuse_unknown_extensions(*value, {}, verdict);
  Members members(*value, "", options.strict, verdict);
  call::CreateCall order;
  order.application = requester.application;
  order.tenant = requester.tenant;
  order.target = read_targets(members, requester);
  order.source = read_source(members, requester);
  order.prefetch_media = read_media_config(members, options);
  order.callback_uri = read_callback_uri(members, options);
  if (options.strict && order.callback_uri.empty()) members.refuse_missing("callbackUri");
  order.modalities = read_modalities(members);
  order.subject = members.text("subject", kSubjectBytesMax).value_or("");
  order.ringing_limit = read_ringing_limit(members, options);
  check_the_rest(members);
  const bool other_tenant = is_other_tenant(members, requester);
  if (verdict.refusal()) return base::fail(Errc::bad_request, *verdict.refusal());
  if (other_tenant) {
    return base::fail(Errc::wrong_tenant,
                      "Request authorization tenant mismatch: tenantId is not the access token's tenant.");
  }
  return order;
}

}  // namespace tonearm::graph
