//! Client and customer classification and relationship metrics: the front door
