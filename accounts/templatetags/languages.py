"""What a page says about its own language."""

from django import template

from accounts.languages import language_of_words

register = template.Library()

register.simple_tag(language_of_words, name="language_of_words")
