// Things that arrive one after the other, and tests that wait for one of them instead of sleeping.

const patience = 30_000; // milliseconds

export class Arrivals {
  all = [];
  #waiting = new Set();

  add(item) {
    this.all.push(item);
    for (const waiter of [...this.#waiting]) waiter();
  }

  /** The first item that fits, seen or to come; rejects after half a minute. */
  first(what, fits) {
    return this.until(what, (all) => all.find(fits));
  }

  /** Whatever `look` makes of all items, as soon as that is something; rejects after half a minute. */
  until(what, look) {
    return new Promise((resolve, reject) => {
      const finish = (settle, value) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        settle(value);
      };
      const timer = setTimeout(() => finish(reject, new Error(`nothing came: ${what}`)), patience);
      const waiter = () => {
        const found = look(this.all);
        if (found) finish(resolve, found);
      };
      this.#waiting.add(waiter);
      waiter();
    });
  }
}
