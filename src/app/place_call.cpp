#include "app/place_call.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace tonearm::app {
namespace {

using call::CommandFailure;
using call::Party;

/// Is this one of the application's own faces? Which resource account a bot has is for the configuration to
/// say; while it says nothing, the bot is believed: nothing here depends on that id.
bool is_own(const Party& source, const call::CallSetup& setup) {
  switch (source.kind) {
    case Party::Kind::application:
      return source.id == setup.owner.application.to_string();
    case Party::Kind::application_instance:
      return setup.owner.application_instance.empty() || source.id == setup.owner.application_instance;
    case Party::Kind::phone:
      return !setup.number.empty() && source.id == setup.number;
    case Party::Kind::user:
      return false;
  }
  return false;
}

Party source_of(const std::optional<Party>& asked, const call::CallSetup& setup) {
  if (!asked) return call::application_party(setup.owner);
  Party source = *asked;
  if (source.display_name.empty()) source.display_name = setup.owner.name;
  if (source.kind != Party::Kind::phone) source.tenant_id = setup.owner.tenant.to_string();
  return source;
}

std::optional<CommandFailure> refusal(const call::CreateCall& order, const ServedApplication& application) {
  using Kind = CommandFailure::Kind;
  const call::CallSetup& setup = application.setup;
  if (!may_call(application, order.target)) return forbidden_number(application);
  if (order.source && !is_own(*order.source, setup)) {
    return CommandFailure{Kind::bad_request,
                          "source is not the application's own: leave it out, or name its application id, "
                          "its applicationInstance or its number as configured."};
  }
  if (order.callback_uri.empty() && setup.webhook.empty()) {
    return CommandFailure{Kind::bad_request, "callbackUri is required: the application has no webhook."};
  }
  return std::nullopt;
}

}  // namespace

bool may_call(const ServedApplication& application, const Party& target) {
  if (target.kind == Party::Kind::user) return true;
  return std::ranges::any_of(application.may_call, [&](const std::string& prefix) {
    return prefix == "*" || target.id.starts_with(prefix);
  });
}

CommandFailure forbidden_number(const ServedApplication& application) {
  return {CommandFailure::Kind::forbidden,
          fmt::format("The application may not call this number: no prefix in its may_call fits. Add one to "
                      "application {} in the server's configuration.",
                      application.setup.owner.name)};
}

std::expected<call::OutgoingCall, CommandFailure> place_call(call::CreateCall order,
                                                             const call::CommandContext& context,
                                                             const ServedApplication& application) {
  if (auto failure = refusal(order, application)) return std::unexpected(std::move(*failure));
  call::OutgoingCall call;
  call.leg = {call::CallId(base::Guid::random()), call::LegId(1)};
  call.source = source_of(order.source, application.setup);
  call.target = std::move(order.target);
  call.caller_number = application.setup.number;
  call.prefetch_media = std::move(order.prefetch_media);
  call.modalities = std::move(order.modalities);
  call.subject = std::move(order.subject);
  call.ringing_limit = order.ringing_limit;
  call.callback_uri = std::move(order.callback_uri);
  // The chain's id is a GUID; a scenario id of another form is the client's own affair.
  if (const auto chain = base::Guid::parse(context.scenario_id)) call.chain_id = chain->to_string();
  call.context = context;
  return call;
}

}  // namespace tonearm::app
