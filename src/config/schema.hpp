#pragma once

#include "config/rules.hpp"
#include "config/settings.hpp"
#include "config/values.hpp"

/// Every key that there is: section by section, its name, its place in `Settings` and what it may hold.
/// The reader, the tests and whoever lists keys walk the same descriptions:
/// `field(key, member, rule…)` for values, `section(name, struct)`, `entries(name, vector)`.
namespace tonearm::config {

inline constexpr Range<int> kAnyCount{0, 1'000'000};

template <class Field>
void describe(Field& field, ServerSettings& server) {
  field("http", server.http);
  field("https", server.https);
  field("tls_certificate", server.tls_certificate);
  field("tls_key", server.tls_key);
  field("public_url", server.public_url, rules::http_url);
  field("data_dir", server.data_dir);
  field("threads", server.threads);
  field("drain", server.drain, Range<milliseconds>{0s, 24h});
}

template <class Field>
void describe(Field& field, AdminSettings& admin) {
  field("listen", admin.listen);
  field("token", admin.token);
}

template <class Field>
void describe(Field& field, HttpSettings& http) {
  field("body_max", http.body_max, Range<Bytes>{kib(1), mib(64)});
  field("header_max", http.header_max, Range<Bytes>{kib(1), mib(1)});
  field("timeout", http.timeout, Range<milliseconds>{100ms, 10min});
  field("strict", http.strict);
  field("repeat_window", http.repeat_window, Range<milliseconds>{0s, 24h});
  field("connections_max", http.connections_max, Range<int>{1, 1'000'000});
}

template <class Field>
void describe(Field& field, SipSettings& sip) {
  field("listen", sip.listen);
  field("public_address", sip.public_address, rules::address);
  field("open", sip.open);
  field("realm", sip.realm, rules::not_empty);
  field("expires_min", sip.expires_min, Range<milliseconds>{1s, 24h});
  field("expires_max", sip.expires_max, Range<milliseconds>{1s, 24h});
  field("dns", sip.dns);
}

template <class Field>
void describe(Field& field, MediaSettings& media) {
  field("address", media.address, rules::address);
  field("public_address", media.public_address, rules::address);
  field("ports", media.ports);
  field("threads", media.threads);
  field("codecs", media.codecs, rules::codec);
  field("timeout", media.timeout, Range<milliseconds>{1s, 24h});
}

template <class Field>
void describe(Field& field, CallSettings& calls) {
  field("max", calls.max, kAnyCount);
  field("queue_max", calls.queue_max, Range<int>{1, 10'000});
  field("answer_timeout", calls.answer_timeout, Range<milliseconds>{1s, 5min});
  field("keepalive_timeout", calls.keepalive_timeout, Range<milliseconds>{1s, 24h});
  field("duration_max", calls.duration_max, Range<milliseconds>{1s, 168h});
  field("ringing_timeout", calls.ringing_timeout, Range<milliseconds>{1s, 10min});
}

template <class Field>
void describe(Field& field, PromptSettings& prompts) {
  field("size_max", prompts.size_max, Range<Bytes>{kib(1), gib(4)});
  field("cache_size", prompts.cache_size, Range<Bytes>{mib(1), gib(1024)});
  field("timeout", prompts.timeout, Range<milliseconds>{100ms, 5min});
  field("allow_networks", prompts.allow_networks);
  field("deny_networks", prompts.deny_networks);
}

template <class Field>
void describe(Field& field, StorageSettings& storage) {
  field("durability", storage.durability);
}

template <class Field>
void describe(Field& field, RecordingSettings& recordings) {
  field("keep", recordings.keep, Range<milliseconds>{0s, 720h});
  field("keep_undelivered", recordings.keep_undelivered, Range<milliseconds>{0s, 720h});
  field("disk_max", recordings.disk_max, Range<Bytes>{mib(1), gib(1024 * 1024)});
}

template <class Field>
void describe(Field& field, NotificationSettings& notifications) {
  field("issuer", notifications.issuer, rules::http_url);
  field("timeout", notifications.timeout, Range<milliseconds>{100ms, 2min});
  field("retry_for", notifications.retry_for, Range<milliseconds>{0s, 168h});
  field("dead_bot_after", notifications.dead_bot_after, Range<milliseconds>{1s, 24h});
  field("allow_http", notifications.allow_http);
  field("allow_networks", notifications.allow_networks);
  field("ca_file", notifications.ca_file);
}

template <class Field>
void describe(Field& field, QualitySettings& quality) {
  field("dscp", quality.dscp);
}

template <class Field>
void describe(Field& field, EventSettings& events) {
  field("keep", events.keep, Range<milliseconds>{0s, 8760h});
  field("digits", events.digits);
}

template <class Field>
void describe(Field& field, LimitSettings& limits) {
  field("per_application", limits.per_application, kAnyCount);
}

template <class Field>
void describe(Field& field, LogSettings& log) {
  field("level", log.level, rules::log_level);
  field("format", log.format);
}

template <class Field>
void describe(Field& field, DropinSettings& dropin) {
  field("hosts", dropin.hosts, rules::host);
}

template <class Field>
void describe(Field& field, ApplicationSettings& application) {
  field("name", application.name, rules::name);
  field("id", application.id);
  field("tenant", application.tenant);
  field("secret", application.secret);
  field("certificate", application.certificate);
  field("webhook", application.webhook, rules::http_url);
  field("roles", application.roles, rules::role);
  field("addresses", application.addresses, rules::not_empty);
  field("number", application.number);
  field("auto_answer", application.auto_answer);
  field("application_instance", application.application_instance);
  field("may_call", application.may_call, rules::not_empty);
  field("max_calls", application.max_calls, kAnyCount);
  field("max_calls_per_second", application.max_calls_per_second, kAnyCount);
  field("fallback", application.fallback, rules::fallback);
}

template <class Field>
void describe(Field& field, UserSettings& user) {
  field("id", user.id);
  field("name", user.name, rules::not_empty);
  field("username", user.username);
  field("sip", user.sip, rules::sip_uri);
  field("password", user.password);
  field("dtmf", user.dtmf);
  field("nat", user.nat);
}

template <class Field>
void describe(Field& field, TrunkSettings& trunk) {
  field("name", trunk.name, rules::name);
  field("uri", trunk.uri, rules::sip_uri);
  field("probe", trunk.probe, Range<milliseconds>{0s, 1h});
  field("username", trunk.username);
  field("password", trunk.password);
  field("numbers", trunk.numbers);
  field("sources", trunk.sources);
  field("register", trunk.register_);
  field("register_expires", trunk.register_expires, Range<milliseconds>{30s, 24h});
  field("transport", trunk.transport);
  field("srtp", trunk.srtp);
  field("dtmf", trunk.dtmf);
  field("nat", trunk.nat);
  field("caller_id", trunk.caller_id);
  field("via", trunk.via);
  field("trust_identity", trunk.trust_identity);
  field("strip", trunk.strip);
  field("prefix", trunk.prefix);
  field("max_calls", trunk.max_calls, kAnyCount);
}

template <class Field>
void describe(Field& field, IssuerSettings& issuer) {
  field("name", issuer.name, rules::name);
  field("url", issuer.url, rules::http_url);
  field("audience", issuer.audience, rules::not_empty);
}

template <class Walker>
void describe_all(Walker& walker, Settings& settings) {
  walker.section("server", settings.server);
  walker.section("admin", settings.admin);
  walker.section("http", settings.http);
  walker.section("sip", settings.sip);
  walker.section("media", settings.media);
  walker.section("calls", settings.calls);
  walker.section("prompts", settings.prompts);
  walker.section("storage", settings.storage);
  walker.section("recordings", settings.recordings);
  walker.section("notifications", settings.notifications);
  walker.section("quality", settings.quality);
  walker.section("events", settings.events);
  walker.section("limits", settings.limits);
  walker.section("log", settings.log);
  walker.section("dropin", settings.dropin);
  walker.entries("application", settings.applications);
  walker.entries("user", settings.users);
  walker.entries("trunk", settings.trunks);
  walker.entries("issuer", settings.issuers);
}

}  // namespace tonearm::config
