//! The tree from and to whatever serde knows.

use std::fmt;
use std::str::FromStr;

use ::serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
};
use ::serde::ser::{self, Serialize, SerializeMap, Serializer};

use super::{Document, Entry, Kind, MAX_DEPTH, Node};

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { root: Nodes { room: MAX_DEPTH }.deserialize(deserializer)? })
    }
}

/// Reads a node that may nest so deep.
#[derive(Clone, Copy)]
struct Nodes {
    room: usize,
}

impl Nodes {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        let room = self.room.checked_sub(1);
        let room = room.ok_or_else(|| E::custom(format!("nested more than {MAX_DEPTH} deep")))?;
        Ok(Self { room })
    }
}

impl<'de> DeserializeSeed<'de> for Nodes {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nodes {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tables, lists, texts, numbers, true and false")
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Node, E> {
        Ok(flag.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Node, E> {
        Ok(number.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Node, E> {
        let huge = || Kind::Huge(number.to_string());
        Ok(i64::try_from(number).map_or_else(|_| huge(), Kind::Whole).into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Node, E> {
        // The shortest text that reads as this number, which is the text it was read from.
        Ok(Kind::Decimal(format!("{number:?}")).into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Node, E> {
        Ok(text.into())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Kind::Foreign("null".to_owned()).into())
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let inner = self.inner()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Node::array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let inner = self.inner()?;
        let mut entries: Vec<Entry> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if entries.iter().any(|entry| entry.key == key) {
                return Err(de::Error::custom(format!("duplicate key `{key}`")));
            }
            let node = map.next_value_seed(inner)?;
            entries.push(Entry { key, location: None, node });
        }
        Ok(Kind::Table(entries).into())
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.kind {
            Kind::Table(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for entry in entries {
                    map.serialize_entry(&entry.key, &entry.node)?;
                }
                map.end()
            }
            Kind::Array(items) => serializer.collect_seq(items),
            Kind::Text(text) => serializer.serialize_str(text),
            Kind::Whole(number) => serializer.serialize_i64(*number),
            // The bounds of what we write keep every decimal within the 15 digits a float carries.
            Kind::Decimal(text) => match f64::from_str(text) {
                Ok(number) => serializer.serialize_f64(number),
                Err(_) => Err(ser::Error::custom(format!("`{text}` is not a number"))),
            },
            Kind::Bool(flag) => serializer.serialize_bool(*flag),
            Kind::Huge(what) | Kind::Foreign(what) => {
                Err(ser::Error::custom(format!("{what} cannot be written")))
            }
        }
    }
}
