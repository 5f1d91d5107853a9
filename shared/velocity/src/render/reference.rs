//! What references stand for, and what they print.

use super::budget::LIGHT;
use super::{Machine, Step};
use crate::ast::{Expr, Form, Reference, StepKind};
use crate::error::{Error, ErrorKind, Position};
use crate::methods::{self, Refusal};
use crate::number::Number;
use crate::template::Unresolved;
use crate::value::Value;

/// How many references that are nothing are reported.
const MAX_UNRESOLVED: usize = 100;

impl Machine<'_> {
    pub(super) fn print(&mut self, reference: &Reference, out: &mut String) -> Step {
        let prefix = &reference.prefix;
        if matches!(reference.form, Form::Runt | Form::EscapedBang) {
            let text = if reference.form == Form::Runt {
                &reference.root
            } else {
                &reference.null_text
            };
            return Ok(self.budget.write(text, out)?);
        }
        let value = self.resolve(reference)?;
        self.budget.write(&prefix.slashes, out)?;
        if reference.form == Form::Escaped {
            if value.is_null() {
                self.budget.write("\\", out)?;
            }
            return Ok(self.budget.write(&reference.null_text, out)?);
        }
        if !value.is_null() {
            self.budget.write(&prefix.more, out)?;
            return self.write(&value, reference.position, out);
        }
        self.budget.write(&prefix.slashes, out)?;
        self.budget.write(&prefix.more, out)?;
        self.report(reference);
        Ok(self.budget.write(&reference.null_text, out)?)
    }

    fn report(&mut self, reference: &Reference) {
        if !reference.null_text.is_empty() && self.unresolved.len() < MAX_UNRESOLVED {
            let (reference, position) = (reference.null_text.clone(), reference.position);
            self.unresolved.push(Unresolved {
                reference,
                position,
            });
        }
    }

    /// The value of a reference, nothing where a step of it leads nowhere.
    pub(super) fn resolve(&mut self, reference: &Reference) -> Step<Value> {
        self.budget.step(reference.position)?;
        if reference.form == Form::Runt {
            return Ok(Value::Null);
        }
        let root = self.get(&reference.root).cloned();
        if root.is_none() && self.context.is_strict() {
            let message = format!("Variable ${} has not been set", reference.root);
            return Err(Error::new(ErrorKind::Unset, reference.position, message).into());
        }
        let mut value = root.unwrap_or_default();
        for step in &reference.steps {
            if value.is_null() {
                break;
            }
            value = match &step.kind {
                StepKind::Property(name) => {
                    let property = match &value {
                        Value::Map(map) => {
                            self.budget.more_steps(map.entries().len() / LIGHT)?;
                            methods::refuse_property(name).map(|()| map.get(name).cloned())
                        }
                        value => methods::property(value, name),
                    };
                    property
                        .map_err(|refusal| failed(refusal, step.position))?
                        .unwrap_or_default()
                }
                StepKind::Call(name, arguments) => {
                    self.call(&value, name, arguments, step.position)?
                }
                StepKind::Index(index) => self.index(&value, index, step.position)?,
            };
        }
        Ok(value)
    }

    fn call(
        &mut self,
        on: &Value,
        name: &str,
        arguments: &[Expr],
        position: Position,
    ) -> Step<Value> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(argument)?);
        }
        self.invoke(on, name, &values, position)
    }

    fn invoke(
        &mut self,
        on: &Value,
        name: &str,
        arguments: &[Value],
        position: Position,
    ) -> Step<Value> {
        self.budget.step(position)?;
        let found = match (on, name, arguments) {
            (_, "equals", [other]) if !matches!(on, Value::Object(_)) => {
                Some(self.equals(on, other)?.into())
            }
            (Value::Object(_), _, _) => None,
            (_, "toString", []) => Some(self.text(on, position)?.into()),
            (Value::Map(map), "get", [key]) => Some(self.find(map, key)?.unwrap_or_default()),
            (Value::Map(map), "containsKey", [key]) => Some(self.find(map, key)?.is_some().into()),
            (Value::List(list), "contains", [item]) if methods::has_contains(list) => {
                let mut contains = false;
                for each in list.items() {
                    contains = contains || self.equals(each, item)?;
                }
                Some(contains.into())
            }
            _ => None,
        };
        if let Some(value) = found {
            return Ok(value);
        }
        if let Value::Text(text) = on {
            self.budget.reads(name, text.len())?;
        }
        let result = methods::call(on, name, arguments, self.budget.bytes_left());
        let value = result
            .map_err(|refusal| failed(refusal, position))?
            .unwrap_or_default();
        self.charge(&value)?;
        Ok(value)
    }

    /// What a method made counts as text made, and as steps.
    fn charge(&mut self, value: &Value) -> Step {
        match value {
            Value::Text(text) => self.budget.bytes(text.len())?,
            Value::List(list) => {
                self.budget.more_steps(list.items().len())?;
                let texts = list.items().iter().filter_map(Value::as_text);
                self.budget.bytes(texts.map(str::len).sum())?;
            }
            _ => {}
        }
        Ok(self.budget.depth(value.depth())?)
    }

    /// `$list[i]` is `$list.get(i)`, and counts from the end if negative.
    fn index(&mut self, on: &Value, index: &Expr, position: Position) -> Step<Value> {
        let mut index = self.value(index)?;
        if let (Value::Number(Number::Int(negative @ ..0)), false) =
            (&index, matches!(on, Value::Object(_)))
        {
            let size = match on {
                Value::List(list) => list.items().len(),
                Value::Map(map) => map.entries().len(),
                _ => {
                    let message = format!("a negative index of {}", on.type_name());
                    return Err(Error::new(ErrorKind::Call, position, message).into());
                }
            };
            index = i32::try_from(size)
                .unwrap_or(i32::MAX)
                .saturating_add(*negative)
                .into();
        }
        self.invoke(on, "get", &[index], position)
    }
}

fn failed(refusal: Refusal, position: Position) -> Error {
    match refusal {
        Refusal::Unsupported(message) => Error::new(ErrorKind::Unsupported, position, message),
        Refusal::Failed(message) => Error::new(ErrorKind::Call, position, message),
    }
}
