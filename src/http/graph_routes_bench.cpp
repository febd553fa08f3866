#include <benchmark/benchmark.h>

#include "http/api.hpp"
#include "http/http_fixture_test.hpp"

namespace tonearm::http {
namespace {

/// What a cancel costs between its last byte read and the domain's inbox, by the token being known already or
/// not.
void cancel_to_domain(benchmark::State& state) {
  test::FakeCalls calls;
  calls.reply = call::OperationView{};
  auto snapshot = std::make_shared<call::CallSnapshot>();
  snapshot->id = call::CallId::parse("57dab8b1-894c-409a-b240-bd8beae78896").value();
  snapshot->owner.application = call::ApplicationId::parse(test::kBot).value();
  snapshot->owner.tenant = call::TenantId::parse(test::kTenant).value();
  calls.snapshots[snapshot->id] = snapshot;
  auth::TokenIssuer tokens(test::key(), {});
  auth::NotificationSigner signer(test::key(), "https://api.botframework.com");
  OwnAddresses addresses("https://calls.example.com", {});
  IdentityRoutes identity(tokens, signer, addresses);
  const auto bot = test::application(test::kBot, test::kTenant, {});
  Request request;
  request.method = "POST";
  request.target = "/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/cancelMediaProcessing";
  request.body = R"({"clientContext":"d45324c1-fcb5-430a-902c-f20af696537c"})";
  request.has_body = true;
  request.date = base::WallClock::now();
  request.authorization = "Bearer " + tokens.issue(bot, "https://localhost:8443", request.date).value();
  auto verifier = std::make_unique<auth::Verifier>(std::vector{tokens.trust()});
  for (auto _ : state) {
    if (state.range(0) == 0) verifier = std::make_unique<auth::Verifier>(std::vector{tokens.trust()});
    GraphRoutes graph({*verifier, calls, addresses}, {});
    test::FakeRecordings files;
    RecordingRoutes recordings({files, files});
    Api api(identity, recordings, graph);
    benchmark::DoNotOptimize(test::answer_of(api, request));
    calls.posted.clear();
  }
  state.SetLabel(state.range(0) == 0 ? "token seen first" : "token known");
}
BENCHMARK(cancel_to_domain)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tonearm::http
