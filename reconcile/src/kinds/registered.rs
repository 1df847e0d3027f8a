//! What the registered kinds tell of keys and settings.

use super::{Driver, KINDS, driver};
use crate::{inventory::Facts, key::Key, kind::Traits, place::Place, settings::Settings};

/// A key of a registered kind.
pub trait RegisteredKey {
    /// What is true of its kind.
    fn traits(&self) -> &'static Traits;
    /// The driver of its kind.
    fn driver(&self) -> &'static dyn Driver;
    /// The resource on which one hangs that can wear no mark, or that has no birth of its own.
    fn hangs_on(&self) -> Option<Key>;
}

/// Settings of a registered kind.
pub trait RegisteredSettings {
    /// What is true of their kind.
    fn traits(&self) -> &'static Traits;
    /// The driver of their kind.
    fn driver(&self) -> &'static dyn Driver;
    /// The key of a resource with these settings, or `None` while a part of it is not known.
    fn key(&self, place: &Place) -> Option<Key>;
    /// The facts that follow from them alone.
    fn predict(&self, place: &Place) -> Facts;
}

impl RegisteredKey for Key {
    fn traits(&self) -> &'static Traits {
        KINDS.of(self)
    }

    fn driver(&self) -> &'static dyn Driver {
        of_word(self.kind())
    }

    fn hangs_on(&self) -> Option<Key> {
        KINDS.hangs_on(self)
    }
}

impl RegisteredSettings for Settings {
    fn traits(&self) -> &'static Traits {
        of_word(self.kind()).traits()
    }

    fn driver(&self) -> &'static dyn Driver {
        of_word(self.kind())
    }

    fn key(&self, place: &Place) -> Option<Key> {
        KINDS.key(self, place)
    }

    fn predict(&self, place: &Place) -> Facts {
        KINDS.predict(self, place)
    }
}

fn of_word(word: &str) -> &'static dyn Driver {
    driver(word).unwrap_or_else(|| unreachable!("no kind is called {word}"))
}
