//! Ctrl-C, pressed once or twice. Not here: listening to signals, which the CLI does.

use tokio::sync::watch;

/// How urgently the user wants to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Continue.
    None,
    /// Start nothing new, and let running steps finish.
    Drain,
    /// Leave now. The next run settles the calls that were sent.
    Leave,
}

/// The user's side: pressed once for [`Urgency::Drain`], twice for [`Urgency::Leave`].
#[derive(Debug)]
pub struct Interrupter(watch::Sender<Urgency>);

/// The engine's side.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Receiver<Urgency>);

/// A new pair, without an interrupt.
#[must_use]
pub fn interrupt() -> (Interrupter, Interrupt) {
    let (sender, receiver) = watch::channel(Urgency::None);
    (Interrupter(sender), Interrupt(receiver))
}

impl Interrupter {
    /// Raises the urgency by one, and returns the new value.
    pub fn press(&self) -> Urgency {
        self.0.send_modify(|urgency| {
            *urgency = match urgency {
                Urgency::None => Urgency::Drain,
                Urgency::Drain | Urgency::Leave => Urgency::Leave,
            }
        });
        *self.0.borrow()
    }
}

impl Interrupt {
    /// An interrupt that never comes.
    #[must_use]
    pub fn never() -> Self {
        interrupt().1
    }

    /// The urgency now.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        *self.0.borrow()
    }

    /// Returns once the urgency is at least this.
    pub async fn reaches(&self, urgency: Urgency) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|now| *now >= urgency).await.is_err() {
            // The user's side is gone, so no interrupt can come any more.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_press_is_more_urgent() {
        let (user, engine) = interrupt();
        assert_eq!(engine.urgency(), Urgency::None);
        assert_eq!(user.press(), Urgency::Drain);
        engine.reaches(Urgency::Drain).await;
        assert_eq!(user.press(), Urgency::Leave);
        assert_eq!(user.press(), Urgency::Leave);
        engine.reaches(Urgency::Leave).await;
    }
}
