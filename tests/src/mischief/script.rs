//! The script: which request meets which deed.

use super::deed::Deed;
use super::message::Asked;
use super::resource::Resource;

/// A deed, and for which requests it is.
#[derive(Clone, Debug)]
pub struct Rule {
    resource: Resource,
    skip: usize,
    times: usize,
    deed: Deed,
}

impl Rule {
    /// Does `deed` whenever the resource is asked for.
    pub const fn always(resource: Resource, deed: Deed) -> Self {
        Self { resource, skip: 0, times: usize::MAX, deed }
    }

    /// Does it the next time only.
    pub const fn once(resource: Resource, deed: Deed) -> Self {
        Self { resource, skip: 0, times: 1, deed }
    }

    /// Does it so many times.
    #[must_use]
    pub const fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// Leaves so many requests alone before.
    #[must_use]
    pub const fn after(mut self, skip: usize) -> Self {
        self.skip = skip;
        self
    }
}

#[derive(Default)]
pub(super) struct Script {
    rules: Vec<Rule>,
    asked: Vec<Resource>,
}

impl Script {
    pub(super) fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(super) fn count(&self, resource: Resource) -> usize {
        self.asked.iter().filter(|asked| **asked == resource).count()
    }

    pub(super) const fn requests(&self) -> usize {
        self.asked.len()
    }

    /// Notes the request, and gives what is to be done about it.
    pub(super) fn deed_for(&mut self, asked: &Asked) -> Option<Deed> {
        let resource = Resource::of(&asked.path);
        self.asked.push(resource);
        for rule in self.rules.iter_mut().filter(|rule| rule.resource == resource && rule.times > 0) {
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.times -= 1;
            return Some(rule.deed.clone());
        }
        None
    }
}
