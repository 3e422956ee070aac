import { expect, test } from 'vitest'
import { attribute, type HtmlElement, htmlTree } from './html-tree.ts'

test('elements nest, empty ones hold nothing', () => {
  expect(htmlTree('<p>a<br>b <strong>c</strong></p>')).toEqual([
    {
      tag: 'p',
      attributes: '',
      children: [
        'a',
        { tag: 'br', attributes: '', children: [] },
        'b ',
        { tag: 'strong', attributes: '', children: ['c'] },
      ],
    },
  ])
})

test('entities are what they stand for, comments are not shown', () => {
  expect(htmlTree('&lt;b&gt; &amp;amp; &#124; a&#8203;b<!-- {"id":1} -->')).toEqual(['<b> &amp; | ab'])
})

test('an end without a beginning ends nothing', () => {
  expect(htmlTree('</details><p>a</p>')).toEqual([{ tag: 'p', attributes: '', children: ['a'] }])
})

test('attributes', () => {
  const [link] = htmlTree('<a href="http://a.test/?b=1&amp;c=2" title="t">x</a>') as [HtmlElement]
  expect(attribute(link, 'href')).toBe('http://a.test/?b=1&c=2')
  expect(attribute(link, 'rel')).toBe('')
})
