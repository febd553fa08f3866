#include "media/prompt_store.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "media/thread_priority.hpp"
#include "media/wav_decoder.hpp"

namespace tonearm::media {
namespace {

// A control character cannot be part of a URL, so keys of different kinds never meet.
std::string url_key(const std::string& url) {
  return "\x01" + url;
}
std::string resource_key(const PromptKey& key) {
  return key.resource_id.empty() ? std::string()
                                 : key.application + "\x01" + key.url + "\x01" + key.resource_id;
}

std::unexpected<PromptFailure> failed(PromptFailure::Kind kind, std::string cause) {
  return std::unexpected(PromptFailure{kind, std::move(cause)});
}

}  // namespace

PromptStore::PromptStore(PromptFetcher& fetcher, Options options)
    : fetcher_(fetcher),
      options_(options),
      live_bytes_(std::make_shared<std::atomic<std::size_t>>(0)),
      cache_(options.cache_size) {
  for (unsigned i = 0; i < std::max(options.workers, 1U); ++i) workers_.emplace_back([this] { work(); });
}

PromptStore::~PromptStore() {
  std::vector<JobPtr> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [url, job] : jobs_) left.push_back(job);
  }
  decodings_changed_.notify_all();
  for (auto& worker : workers_) worker.join();
  for (const auto& job : left) {
    if (job->give_up) job->give_up();
    finish(job, failed(PromptFailure::Kind::download, "the server is stopping"),
           std::unexpected(std::string()));
  }
}

PromptStore::WaiterId PromptStore::request(const PromptKey& key, Done done) {
  std::unique_lock lock(mutex_);
  const WaiterId id = ++last_waiter_;
  const std::string by_resource = resource_key(key);
  if (!by_resource.empty()) {
    if (const auto entry = cache_.find(by_resource)) {
      ++metrics_.hits;
      lock.unlock();
      done(entry->prompt);
      return id;
    }
  }
  JobPtr& place = jobs_[key.url];
  const bool is_new = place == nullptr;
  if (is_new) place = std::make_shared<Job>(key.url, cache_.find(url_key(key.url)));
  const JobPtr job = place;
  job->waiters.push_back({id, by_resource, std::move(done)});
  lock.unlock();
  if (is_new) start(job);
  return id;
}

void PromptStore::start(const JobPtr& job) {
  FetchRequest request;
  request.url = job->url;
  request.size_max = options_.size_max;
  request.timeout = options_.timeout;
  if (job->known) {
    request.etag = job->known->etag;
    request.last_modified = job->known->last_modified;
  }
  auto give_up =
      fetcher_.fetch(std::move(request), [this, weak = std::weak_ptr(job)](PromptFetcher::Result file) {
        if (const auto alive = weak.lock()) on_fetched(alive, std::move(file));
      });
  const std::lock_guard lock(mutex_);
  ++metrics_.fetches;
  job->give_up = std::move(give_up);
}

void PromptStore::forget(WaiterId waiter) {
  std::function<void()> give_up;
  {
    const std::lock_guard lock(mutex_);
    for (auto job = jobs_.begin(); job != jobs_.end(); ++job) {
      auto& waiters = job->second->waiters;
      if (std::erase_if(waiters, [&](const Waiter& w) { return w.id == waiter; }) == 0) continue;
      if (waiters.empty()) {
        give_up = std::move(job->second->give_up);
        jobs_.erase(job);
      }
      break;
    }
  }
  if (give_up) give_up();
}

void PromptStore::on_fetched(const JobPtr& job, PromptFetcher::Result file) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    decodings_.push_back({job, std::move(file)});
  }
  decodings_changed_.notify_one();
}

void PromptStore::work() {
  prepare_thread("media-prompts");
  std::unique_lock lock(mutex_);
  while (true) {
    decodings_changed_.wait(lock, [this] { return stopping_ || !decodings_.empty(); });
    if (stopping_) return;
    Decoding decoding = std::move(decodings_.front());
    decodings_.pop_front();
    lock.unlock();
    const PromptResult result = make_prompt(*decoding.job, decoding.file);
    finish(decoding.job, result, decoding.file);
    lock.lock();
  }
}

PromptResult PromptStore::make_prompt(const Job& job, PromptFetcher::Result& file) {
  using Kind = PromptFailure::Kind;
  if (!file) return failed(Kind::download, file.error());
  if (file->not_modified) {
    if (job.known) return job.known->prompt;
    return failed(Kind::download, "the server answered 304 to a first request");
  }
  if (file->bytes.size() > options_.size_max) return failed(Kind::download, "the file is too large");
  if (*live_bytes_ > options_.cache_size + options_.pinned_max)
    return failed(Kind::download, "too much prompt audio is in use");
  return decode(file->bytes);
}

PromptResult PromptStore::decode(const std::string& bytes) {
  auto prompt = decode_wav({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  if (!prompt) return failed(PromptFailure::Kind::format, prompt.error().context);
  const std::size_t size = prompt->memory();
  *live_bytes_ += size;
  return PromptPtr(new EncodedPrompt(std::move(*prompt)),
                   [live = live_bytes_, size](const EncodedPrompt* gone) {
                     delete gone;
                     *live -= size;
                   });
}

void PromptStore::finish(const JobPtr& job, const PromptResult& result, const PromptFetcher::Result& file) {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    waiters = std::move(job->waiters);
    job->waiters.clear();
    if (const auto own = jobs_.find(job->url); own != jobs_.end() && own->second == job) jobs_.erase(own);
    if (result && file && file->not_modified) ++metrics_.validated;
    if (result && file && !file->not_modified) {
      if (!file->etag.empty() || !file->last_modified.empty())
        cache_.put(url_key(job->url), {*result, file->etag, file->last_modified});
      else
        cache_.forget(url_key(job->url));  // it is another file now, and nothing can ask for it
    }
    for (const Waiter& waiter : waiters)
      if (result && !waiter.cache_key.empty()) cache_.put(waiter.cache_key, {*result, {}, {}});
    if (!result) ++metrics_.failures;
  }
  for (const Waiter& waiter : waiters) waiter.done(result);
}

PromptMetrics PromptStore::metrics() const {
  const std::lock_guard lock(mutex_);
  PromptMetrics metrics = metrics_;
  metrics.cached_bytes = cache_.bytes();
  metrics.live_bytes = *live_bytes_;
  return metrics;
}

}  // namespace tonearm::media
