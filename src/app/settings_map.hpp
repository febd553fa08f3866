#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/applications.hpp"
#include "auth/token_issuer.hpp"
#include "call/call.hpp"
#include "config/settings.hpp"
#include "media/engine.hpp"
#include "net/address_policy.hpp"
#include "sip/call_leg.hpp"

namespace tonearm::app {

// What the configuration means to each part: the one place that knows both words. Pure, but for files that it
// names.

/// In the order of `settings.applications`, which `IncomingInvite::application` counts in.
[[nodiscard]] std::vector<ServedApplication> served_applications(const config::Settings& settings);
/// `applications` so that those of `known` keep their places. One that is gone keeps its place too, without
/// addresses: an INVITE that was admitted for it may be on its way.
[[nodiscard]] std::vector<config::ApplicationSettings> in_known_places(
    std::vector<config::ApplicationSettings> applications,
    const std::vector<config::ApplicationSettings>& known);
/// Reads the applications' certificates. Errors: the system's for a file, `key_unusable`, each with the
/// application's name.
[[nodiscard]] base::Result<std::vector<auth::Application>> token_applications(
    const config::Settings& settings);
[[nodiscard]] sip::AgentSettings sip_settings(const config::Settings& settings);
[[nodiscard]] std::filesystem::path recordings_folder(const config::Settings& settings);
[[nodiscard]] media::EngineOptions media_options(const config::Settings& settings);
/// What the far end is told instead of the address that media is received on; empty: that address.
[[nodiscard]] std::string address_in_sdp(const config::Settings& settings);
/// Where callbacks may go: configured webhooks always, else as `[notifications]` says.
[[nodiscard]] net::AddressPolicy callback_policy(const config::Settings& settings);
/// Where prompts may come from.
[[nodiscard]] net::AddressPolicy prompt_policy(const config::Settings& settings);

/// Where the keys of external issuers may come from: the issuers' own hosts, and by https from public ones.
[[nodiscard]] net::AddressPolicy issuer_policy(const config::Settings& settings);

/// Threads for HTTP and the calls' strands, ≥ 1.
[[nodiscard]] unsigned pool_threads(const config::Settings& settings);

}  // namespace tonearm::app
