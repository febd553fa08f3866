#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace tonearm::media {

class MediaThread;
template <class T>
class Mailbox;

/// A message between threads that brings its own storage, so that sending never allocates, fails or drops. A
/// command travels to its media thread, is carried out there, and travels on to the dispatcher as its own
/// reply. Threading: touched by one thread at a time; the mailbox hands it over.
class Mail {
 public:
  enum class Fate : std::uint8_t {
    deliver,  ///< Done; on to the dispatcher.
    keep,     ///< Somebody on the media thread sends it on later.
  };

  Mail() = default;
  Mail(const Mail&) = delete;
  Mail& operator=(const Mail&) = delete;
  virtual ~Mail() = default;

  /// On the media thread. Must not allocate, lock or log unless `may_allocate`.
  virtual Fate arrive(MediaThread&) { return Fate::deliver; }
  [[nodiscard]] virtual bool may_allocate() const { return false; }
  /// On the dispatcher's thread; the last thing that touches the mail, which may destroy itself.
  virtual void deliver() = 0;

 private:
  friend class Mailbox<Mail>;
  Mail* next_ = nullptr;
};

/// A report: says something on the dispatcher's thread. Made in advance by whoever will have it sent.
class ReportMail final : public Mail {
 public:
  /// `tell` may destroy this mail.
  explicit ReportMail(std::function<void()> tell) : tell_(std::move(tell)) {}
  void deliver() override {
    const auto tell = std::move(tell_);
    tell();
  }

 private:
  std::function<void()> tell_;
};

/// Unbounded by itself: bounded by the mails that exist. Keeps the order of posting.
/// Threading: `post` from any thread, lock-free; `take_all` from one.
template <class T>
class Mailbox {
 public:
  /// True if it was empty, so that the taker has to be woken.
  bool post(T& mail) {
    T* head = head_.load(std::memory_order_relaxed);
    do mail.next_ = head;
    while (!head_.compare_exchange_weak(head, &mail, std::memory_order_release, std::memory_order_relaxed));
    return head == nullptr;
  }

  /// Everything posted so far, oldest first, for `next`.
  T* take_all() {
    T* newest_first = head_.exchange(nullptr, std::memory_order_acquire);
    T* list = nullptr;
    while (newest_first != nullptr) {
      T* mail = newest_first;
      newest_first = mail->next_;
      mail->next_ = list;
      list = mail;
    }
    return list;
  }

  /// To be read before the mail is handed on.
  static T* next(const T& mail) { return mail.next_; }

 private:
  std::atomic<T*> head_{nullptr};
};

using MailQueue = Mailbox<Mail>;

}  // namespace tonearm::media
